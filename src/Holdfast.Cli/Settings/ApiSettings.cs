using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using Holdfast.Cli.Terminal;
using Holdfast.Control.Releases.Rehearsals;
using YamlDotNet.RepresentationModel;

namespace Holdfast.Cli.Settings;

/// <summary>The section <c>api</c> of <c>holdfast.yaml</c>: what control's API answers with, and how often. Read when control starts.</summary>
internal sealed record ApiSettings
{
    /// <summary>The section's name.</summary>
    public const string Section = "api";

    /// <summary>What <c>/client/v4/ips</c> lists.</summary>
    public ImmutableArray<IPNetwork> PublicAddresses { get; init; } = [];

    /// <summary>Requests of a token in five minutes, or null for the API's default.</summary>
    public int? RequestsPerFiveMinutes { get; init; }

    /// <summary>How long security events are kept, or null for control's default.</summary>
    public TimeSpan? EventsKeptFor { get; init; }

    /// <summary>How many security events are kept, or null for control's default.</summary>
    public int? EventsKept { get; init; }

    /// <summary>What releases may treat otherwise before a person has to let them go on.</summary>
    public RehearsalLimits Rehearsals { get; init; } = new();

    private static readonly FrozenDictionary<string, Func<ApiSettings, SettingValue, ApiSettings>> Settings = new Dictionary<
        string,
        Func<ApiSettings, SettingValue, ApiSettings>
    >
    {
        ["public_addresses"] = (s, v) => s with { PublicAddresses = v.Networks() },
        ["events_kept_hours"] = (s, v) => s with { EventsKeptFor = TimeSpan.FromHours(v.Number(1, 24 * 365)) },
        ["events_kept"] = (s, v) => s with { EventsKept = v.Number(1_000, 10_000_000) },
        ["most_newly_blocked_percent"] = (s, v) => s with { Rehearsals = s.Rehearsals with { NewlyBlockedPercent = v.Number(0, 100) } },
        ["most_newly_failing_percent"] = (s, v) => s with { Rehearsals = s.Rehearsals with { NewlyFailingPercent = v.Number(0, 100) } },
        ["most_added_microseconds"] = (s, v) => s with { Rehearsals = s.Rehearsals with { AddedMicroseconds = v.Number(0, 1_000_000) } },
        ["requests_per_five_minutes"] = (s, v) => s with { RequestsPerFiveMinutes = v.Number(1, 1_000_000_000) },
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The names of all settings.</summary>
    public static IReadOnlyCollection<string> Names => Settings.Keys;

    /// <summary>Reads the section.</summary>
    /// <param name="node">The section's value.</param>
    /// <param name="path">The file's name, for messages.</param>
    /// <exception cref="CliFailure">A setting is unknown or its value is wrong; the message names file and line.</exception>
    public static ApiSettings Parse(YamlNode node, string path) => SettingValue.Read(Section, node, path, new ApiSettings(), Settings);
}
