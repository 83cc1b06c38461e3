using System.Diagnostics;
using Holdfast.Artifacts;
using Holdfast.Artifacts.Zones;
using Holdfast.Edge.Lists;
using Holdfast.Edge.Phases.RateLimiting;
using Holdfast.Model.Releases;
using Holdfast.Model.Zones;
using Holdfast.Releases.Keys;

namespace Holdfast.Edge.Releases.Tasting;

/// <summary>The taster's process: everything it is made of.</summary>
internal static class TasterHost
{
    private const string WarmUpId = "00000000000000000000000000000000";

    /// <summary>Runs until the edge that started it closes its input, or is gone; the process ends then, whatever a candidate is doing.</summary>
    /// <param name="dataDirectory">The edge's data directory, whose keys open certificates.</param>
    /// <param name="faultInjection">Whether <see cref="LoaderFaults"/> may happen.</param>
    /// <param name="input">Where candidates come from.</param>
    /// <param name="output">Where answers go; nobody else writes there.</param>
    public static async Task RunAsync(string dataDirectory, bool faultInjection, Stream input, Stream output)
    {
        using var secrets = SecretBox.LoadOrCreate(new KeyDirectory(Path.GetFullPath(dataDirectory)).SecretKeyFile);
        using var origin = new InsideOrigin();
        var checks = ArtifactKinds.All(secrets);
        var lists = new ListCompiler(Path.Combine(Path.GetTempPath(), $"holdfast-taster-{Environment.ProcessId}"));
        var counters = new RateLimitPhase(new RateLimitState(TimeProvider.System, depth: 4, blocks: 64));
        var faults = faultInjection ? new LoaderFaults() : null;
        await using (var first = Trial())
        {
            // What is compiled now need not be when a release waits. What comes of it, the first candidate will tell.
            await first.TasteAsync(WarmUp()).ConfigureAwait(false);
        }

        await TasterServer.RunAsync(input, output, Trial, End, TimeProvider.System).ConfigureAwait(false);

        CandidateTrial Trial() => new(checks, secrets, lists, counters, origin, faults, TimeProvider.System);
    }

    private static Release WarmUp() =>
        new()
        {
            Kind = ArtifactKind.Zone,
            Name = WarmUpId,
            Generation = 1,
            FormatVersion = ZoneArtifact.FormatVersion,
            CreatedAt = DateTimeOffset.UnixEpoch,
            Payload = ZoneArtifact.Write(
                new ZoneConfig
                {
                    Id = WarmUpId,
                    Name = "warm-up.example.com",
                    Origin = OriginUrl.Parse("http://192.0.2.1"),
                    Settings = new ZoneSettings(),
                }
            ),
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
