using Holdfast.Edge.Tests.Harness;
using Holdfast.Model.Rulesets;

namespace Holdfast.Edge.Tests.Rules.Executing;

/// <summary>An entry point of the account and a ruleset that rules execute, with rules of a test's own.</summary>
internal static class AccountSets
{
    public static readonly string RootId = EdgeUnderTest.IdOf("root");
    public static readonly string SharedId = EdgeUnderTest.IdOf("shared");

    /// <summary>The entry point of custom rules.</summary>
    public static RulesetConfig Root(params RuleConfig[] rules) => Of(RootId, RulesetKind.Root, "account", rules);

    /// <summary>A ruleset that rules execute.</summary>
    public static RulesetConfig Shared(params RuleConfig[] rules) => Of(SharedId, RulesetKind.Custom, "shared", rules);

    /// <summary>The id of its rule at a place, from 1.</summary>
    public static string SharedRule(int place) => EdgeUnderTest.IdOf($"shared {place}");

    public static ExecuteAction Execute() => new(SharedId, null);

    /// <summary>An answer that tells by its status which rule has given it.</summary>
    public static BlockAction Answer(int status) => new(new BlockResponse(status, "text/plain", "no"));

    public static string Path(string path) => $"http.request.uri.path eq \"{path}\"";

    private static RulesetConfig Of(string id, RulesetKind kind, string name, RuleConfig[] rules) =>
        RuledSite.Ruleset(RuledSite.Custom) with
        {
            Id = id,
            Name = name,
            Kind = kind,
            Rules =
            [
                .. rules.Select(
                    (rule, i) =>
                    {
                        var own = EdgeUnderTest.IdOf($"{name} {i + 1}");
                        return rule with { Id = own, Ref = own };
                    }
                ),
            ],
        };
}
