using System.Collections.Immutable;
using System.Diagnostics;
using Holdfast.Artifacts;
using Holdfast.Artifacts.Bots;
using Holdfast.Artifacts.Zones;
using Holdfast.Edge.Bots;
using Holdfast.Edge.Guard.Faults;
using Holdfast.Edge.Lists;
using Holdfast.Edge.Phases.RateLimiting;
using Holdfast.Edge.Rehearsing;
using Holdfast.Model.Bots;
using Holdfast.Model.Releases;
using Holdfast.Model.Zones;
using Holdfast.Releases.Keys;

namespace Holdfast.Edge.Releases.Tasting;

/// <summary>The taster's process: everything it is made of.</summary>
internal static class TasterHost
{
    private const string WarmUpId = "00000000000000000000000000000000";

    /// <summary>Runs until the edge that started it closes its input, or is gone; the process ends then, whatever a candidate is doing.</summary>
    /// <param name="options">How it is started.</param>
    /// <param name="input">Where candidates come from.</param>
    /// <param name="output">Where answers go; nobody else writes there.</param>
    public static async Task RunAsync(TasterHostOptions options, Stream input, Stream output)
    {
        using var secrets = SecretBox.LoadOrCreate(new KeyDirectory(Path.GetFullPath(options.DataDirectory)).SecretKeyFile);
        using var origin = new InsideOrigin();
        var checks = ArtifactKinds.All(secrets, options.BotFeatures);
        var lists = new ListCompiler(Path.Combine(Path.GetTempPath(), $"holdfast-taster-{Environment.ProcessId}"));
        var counters = new RateLimitPhase(new RateLimitState(TimeProvider.System, depth: 4, blocks: 64));
        var faults = options.FaultInjection ? new LoaderFaults() : null;
        using var tripped = options.FaultInjection ? FaultInjection.With(options.DiesAt) : null;
        var features = new BotFeatureLoader(options.BotFeatures, tripped);
        var stage = new RehearsalStage(checks, lists, features, origin, faults, TimeProvider.System);
        await using (var first = Trial())
        {
            // What is compiled now need not be when a release waits. What comes of it, the first candidate will tell.
            await first.TasteAsync(WarmUp()).ConfigureAwait(false);
            await first.TasteAsync(WarmUpFeatures()).ConfigureAwait(false);
        }

        await TasterServer.RunAsync(input, output, Trial, stage.PlayAsync, End, TimeProvider.System).ConfigureAwait(false);

        CandidateTrial Trial() => new(checks, secrets, lists, features, counters, origin, faults, TimeProvider.System);
    }

    private static Release WarmUp() =>
        WarmUp(
            ArtifactKind.Zone,
            WarmUpId,
            ZoneArtifact.FormatVersion,
            ZoneArtifact.Write(
                new ZoneConfig
                {
                    Id = WarmUpId,
                    Name = "warm-up.example.com",
                    Origin = OriginUrl.Parse("http://192.0.2.1"),
                    Settings = new ZoneSettings(),
                }
            )
        );

    private static Release WarmUpFeatures() =>
        WarmUp(
            ArtifactKind.BotFeatures,
            BotFeaturesConfig.Name,
            BotFeatureArtifact.FormatVersion,
            BotFeatureArtifact.Write(ShippedBotFeatures.File)
        );

    private static Release WarmUp(ArtifactKind kind, string name, int formatVersion, byte[] payload) =>
        new()
        {
            Kind = kind,
            Name = name,
            Generation = 1,
            FormatVersion = formatVersion,
            CreatedAt = DateTimeOffset.UnixEpoch,
            Payload = payload,
            Digest = "",
            KeyId = "",
            Signature = default,
        };

    // Not by Environment.Exit, which waits for whoever holds its locks.
    private static void End()
    {
        using var own = Process.GetCurrentProcess();
        own.Kill();
    }
}

/// <summary>How a taster is started.</summary>
internal sealed record TasterHostOptions
{
    /// <summary>The edge's data directory, whose keys open certificates.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Whether <see cref="LoaderFaults"/> may happen.</summary>
    public bool FaultInjection { get; init; }

    /// <summary>How much a bot feature file may be, as at its edge.</summary>
    public BotFeatureLimits BotFeatures { get; init; } = BotFeatureLimits.Standard;

    /// <summary>As at its edge.</summary>
    public ImmutableArray<FaultPoint> DiesAt { get; init; } = [];
}
