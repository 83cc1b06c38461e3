using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Holdfast.Edge.BreakGlass;

/// <summary>What was ordered at this machine and is in force: immutable; it survives restarts in a file (<see cref="LocalStateFile"/>).</summary>
internal sealed record LocalState
{
    /// <summary>Most pins, kills or bypasses at once, each.</summary>
    public const int MostOfEach = 1_000;

    // Commands that may arrive twice do so within seconds.
    private const int RememberedCommands = 100;

    /// <summary>Nothing was ordered.</summary>
    public static LocalState Empty { get; } = new();

    /// <summary>Set while every artifact is kept at what it has.</summary>
    public LocalOrder? Everything { get; init; }

    /// <summary>Artifacts that are kept at a generation.</summary>
    public ImmutableArray<LocalPin> Pins { get; init; } = [];

    /// <summary>Kill switches of this machine's.</summary>
    public ImmutableArray<LocalKill> Kills { get; init; } = [];

    /// <summary>Zones that are only forwarded.</summary>
    public ImmutableArray<LocalBypass> Bypasses { get; init; } = [];

    /// <summary>Set while the edge says that it wants no more visitors.</summary>
    public LocalOrder? Draining { get; init; }

    /// <summary>The ids of the last commands that were done.</summary>
    public ImmutableArray<string> Done { get; init; } = [];

    /// <summary>The state after a command.</summary>
    public LocalState WithDone(string command) =>
        this with
        {
            Done = [.. Done.Skip(Math.Max(0, Done.Length - RememberedCommands + 1)), command],
        };

    /// <summary>The pin of an artifact, or null.</summary>
    public LocalPin? PinOf(string kind, string name) => Pins.FirstOrDefault(pin => pin.Kind == kind && pin.Name == name);
}

/// <summary>Who ordered something, when and why.</summary>
/// <param name="By">The local user.</param>
/// <param name="At">When.</param>
/// <param name="Reason">Why, or null.</param>
internal sealed record LocalOrder(string By, DateTimeOffset At, string? Reason);

/// <summary>An artifact that is kept at a generation: none above it is used.</summary>
/// <param name="Kind">Its kind's name.</param>
/// <param name="Name">Its name: an id.</param>
/// <param name="Label">What people call it.</param>
/// <param name="Generation">The generation.</param>
/// <param name="Order">Who, when and why.</param>
internal sealed record LocalPin(string Kind, string Name, string Label, long Generation, LocalOrder Order);

/// <summary>A kill switch of this machine's.</summary>
/// <param name="Id">Its id, which begins with <c>local-</c>.</param>
/// <param name="Subject">What kind of thing it takes out.</param>
/// <param name="Target">Which.</param>
/// <param name="Zone">The zone's id, or null for all of them.</param>
/// <param name="Label">What people call the zone, or <c>*</c>.</param>
/// <param name="Order">Who, when and why.</param>
internal sealed record LocalKill(string Id, string Subject, string Target, string? Zone, string Label, LocalOrder Order);

/// <summary>A zone that is only forwarded.</summary>
/// <param name="Zone">The zone's id, or null for all of them.</param>
/// <param name="Label">What people call it, or <c>*</c>.</param>
/// <param name="Order">Who, when and why.</param>
internal sealed record LocalBypass(string? Zone, string Label, LocalOrder Order);

/// <summary>Source-generated, so that a start does not pay for reflection. What it does not know is refused.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow
)]
[JsonSerializable(typeof(NodeCommand))]
[JsonSerializable(typeof(LocalState))]
internal sealed partial class NodeJsonContext : JsonSerializerContext;
