using Holdfast.Model.Rulesets;
using Holdfast.Model.Zones;
using Holdfast.Rules.Phases;

namespace Holdfast.Edge.Releases.Tasting;

/// <summary>A zone that nobody has, whose one rule asks for every request's bot score.</summary>
internal static class ScoredZone
{
    private const string Id = "00000000000000000000000000000001";

    /// <summary>The zone.</summary>
    public static ZoneConfig Config { get; } =
        new()
        {
            Id = Id,
            Name = "scored.example.com",
            Origin = OriginUrl.Parse("http://192.0.2.1"),
            Settings = new ZoneSettings(),
            Rulesets =
            [
                new RulesetConfig
                {
                    Id = Id,
                    Name = "scored",
                    Phase = RulePhases.NameOf(RulePhase.HttpRequestFirewallCustom),
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
                            Expression = "cf.bot_management.score lt 30",
                            Action = new LogAction(),
                        },
                    ],
                },
            ],
        };
}
