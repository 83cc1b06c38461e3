using System.Text;
using Holdfast.Edge.Guard.Faults;
using Holdfast.Model.Releases;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Store;

namespace Holdfast.Edge.Releases;

/// <summary>
/// Works on lists and zones together in the background, some time after they were taken into use, and takes for granted that both were written by
/// one build of control: the older one wrote addresses one by one, the newer one writes networks. A list of the newer form that a zone's rules
/// name is <see cref="FaultPoint.ListReaderMeetsNewerForm"/>; each of the two alone is read without trouble, as on 29 October 2025. Only on an
/// edge that was started with <c>--fault-injection</c>. One thread.
/// </summary>
/// <param name="live">What is in use for all requests.</param>
/// <param name="read">Reads the generation in use from the disk; null when it cannot be read.</param>
/// <param name="faults">The faults that are tripped.</param>
/// <param name="time">The clock.</param>
internal sealed class LateListReader(
    Func<IEnumerable<StoredArtifact>> live,
    Func<StoredArtifact, Release?> read,
    FaultInjection faults,
    TimeProvider time
)
{
    /// <summary>
    /// How long after a release was taken into use it is read: 75 s, when the slices are over, and the soak of the wave that the edge was in.
    /// </summary>
    public static readonly TimeSpan Lateness = TimeSpan.FromSeconds(75);

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly Dictionary<int, Seen> _seen = [];

    /// <summary>For what an edge has in use.</summary>
    public static LateListReader Of(ReleaseStore store, ReleaseIntake intake, FaultInjection faults, TimeProvider time) =>
        new(
            intake.Live,
            artifact =>
                store.Generations(artifact.Number).FirstOrDefault(stored => stored.Release?.Generation == artifact.Generation)?.Release,
            faults,
            time
        );

    /// <summary>Reads until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            {
                if (MeetsNewerForm())
                {
                    await faults.MeetAsync(FaultPoint.ListReaderMeetsNewerForm, "").WaitAsync(cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Told to stop.
        }
        catch (InjectedFaultException)
        {
            // It was told to throw: it reads no more, and nobody needs what it has read.
        }
    }

    /// <summary>Looks at what is in use.</summary>
    /// <returns>Whether a list of the newer form and a zone whose rules name it have both been read.</returns>
    internal bool MeetsNewerForm()
    {
        var now = time.GetTimestamp();
        List<string> newer = [];
        List<string> zones = [];
        foreach (var artifact in live().Where(static artifact => artifact.Kind is ArtifactKind.List or ArtifactKind.Zone))
        {
            if (!_seen.TryGetValue(artifact.Number, out var seen) || seen.Generation != artifact.Generation)
            {
                _seen[artifact.Number] = seen = new Seen(artifact.Generation, now);
            }

            if (time.GetElapsedTime(seen.At, now) < Lateness)
            {
                continue;
            }

            seen.Text ??= TextOf(artifact);
            if (seen.Text.Length > 0)
            {
                (artifact.Kind == ArtifactKind.List ? newer : zones).Add(seen.Text);
            }
        }

        return newer.Exists(name => zones.Exists(zone => zone.Contains(name, StringComparison.Ordinal)));
    }

    /// <summary>Of a list of the newer form what rules call it, <c>$name</c>, and of an older one nothing; of a zone its configuration.</summary>
    private string TextOf(StoredArtifact artifact)
    {
        if (read(artifact) is not { } release)
        {
            return "";
        }

        if (artifact.Kind == ArtifactKind.Zone)
        {
            return Encoding.UTF8.GetString(release.Payload.Span);
        }

        var list = ListConsumer.ConfigOf(release);
        return list.Items.Any(static item => item.Contains('/', StringComparison.Ordinal)) ? $"${list.Name}" : "";
    }

    private sealed class Seen(long generation, long at)
    {
        public long Generation { get; } = generation;

        public long At { get; } = at;

        /// <summary>What was read of it; null before.</summary>
        public string? Text { get; set; }
    }
}
