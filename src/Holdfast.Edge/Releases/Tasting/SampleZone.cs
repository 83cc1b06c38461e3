using Holdfast.Model.Rulesets;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Releases.Tasting;

/// <summary>A zone that nobody has, for tasting what is for every zone.</summary>
internal static class SampleZone
{
    private static readonly string Id = new('1', 32);

    /// <summary>One whose requests meet all rules of a ruleset of the account.</summary>
    public static ZoneConfig Executing(RulesetConfig ruleset) =>
        new()
        {
            Id = Id,
            Name = "example.com",
            Origin = OriginUrl.Parse("http://192.0.2.1"),
            Rulesets =
                ruleset.Kind != RulesetKind.Custom
                    ? []
                    :
                    [
                        new RulesetConfig
                        {
                            Id = Id,
                            Name = "",
                            Phase = ruleset.Phase,
                            Version = 1,
                            LastUpdated = DateTimeOffset.UnixEpoch,
                            Rules =
                            [
                                new RuleConfig
                                {
                                    Id = Id,
                                    Ref = Id,
                                    Version = 1,
                                    LastUpdated = DateTimeOffset.UnixEpoch,
                                    Expression = "true",
                                    Action = new ExecuteAction(ruleset.Id, null),
                                },
                            ],
                        },
                    ],
        };
}
