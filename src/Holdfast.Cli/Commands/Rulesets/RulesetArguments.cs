using System.CommandLine;

namespace Holdfast.Cli.Commands.Rulesets;

/// <summary>What commands on one ruleset have in common: the argument PHASE.</summary>
internal static class RulesetArguments
{
    /// <summary>The argument.</summary>
    public static Argument<string> Phase() =>
        new("PHASE") { Description = "When its rules are asked, such as http_request_firewall_custom." };

    /// <summary>The path of a phase's ruleset in the API.</summary>
    public static string Path(ZoneCall call, string phase) => $"{call.Path}/rulesets/phases/{Uri.EscapeDataString(phase)}/entrypoint";
}
