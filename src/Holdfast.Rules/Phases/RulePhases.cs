using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Holdfast.Rules.Phases;

/// <summary>What is known of the phases.</summary>
public static class RulePhases
{
    private static readonly FrozenDictionary<RulePhase, string> Names = Enum.GetValues<RulePhase>()
        .ToFrozenDictionary(phase => phase, phase => SnakeCase(phase.ToString()));

    private static readonly FrozenDictionary<string, RulePhase> ByName = Names.ToFrozenDictionary(
        entry => entry.Value,
        entry => entry.Key,
        StringComparer.Ordinal
    );

    /// <summary>All names, in order.</summary>
    public static IEnumerable<string> AllNames => Enum.GetValues<RulePhase>().Select(NameOf);

    /// <summary>The name in the API: <c>http_request_firewall_custom</c>.</summary>
    public static string NameOf(RulePhase phase) => Names[phase];

    /// <summary>Finds a phase by its name in the API.</summary>
    public static bool TryFind(string name, [NotNullWhen(true)] out RulePhase? phase)
    {
        phase = ByName.TryGetValue(name, out var found) ? found : null;
        return phase is not null;
    }

    /// <summary>Whether the phase comes after the origin, the cache or an error has answered.</summary>
    public static bool SeesResponse(RulePhase phase) => phase >= RulePhase.HttpCustomErrors;

    /// <summary>
    /// Whether a request's body may be held back for a rule of this phase (the design's law 24): the phases that protect, and none of
    /// those that only route or rewrite.
    /// </summary>
    public static bool SeesBody(RulePhase phase) =>
        phase is RulePhase.HttpRequestFirewallCustom or RulePhase.HttpRatelimit or RulePhase.HttpRequestFirewallManaged;

    // HttpRequestFirewallCustom is http_request_firewall_custom, DdosL7 is ddos_l7.
    private static string SnakeCase(string name)
    {
        var text = new StringBuilder();
        foreach (var letter in name)
        {
            if (char.IsAsciiLetterUpper(letter) && text.Length > 0)
            {
                text.Append('_');
            }

            text.Append(char.ToLowerInvariant(letter));
        }

        return text.ToString();
    }
}
