using System.Collections.Concurrent;
using System.Globalization;
using Holdfast.Model.Releases;
using Holdfast.Releases.Signing;
using Holdfast.Releases.Wire;

namespace Holdfast.Releases.Store;

/// <summary>
/// The releases that an edge has accepted, on its own disk, three generations of each artifact: records in append-only segments, and an
/// index of 64 bytes an artifact in memory. A start reads the index, not the releases; a release is read, and its checksum, digest and
/// signature checked, when somebody needs it. It starts an edge without control. What is damaged or forged is reported and passed over;
/// a disk that is full, read-only or missing costs durability and nothing else. One thread opens and changes it; any thread may read.
/// </summary>
public sealed partial class ReleaseStore : IDisposable
{
    /// <summary>Generations kept of each artifact.</summary>
    public const int KeptGenerations = 3;

    private readonly string _root;
    private readonly ReleaseVerifier _verifier;
    private readonly ReleaseStoreLimits _limits;
    private readonly SegmentLog _log;
    private ArtifactIndex _index = new();
    private readonly ConcurrentDictionary<int, Release> _unsaved = new();
    private readonly ConcurrentDictionary<int, string> _names = new();
    private long _position;

    /// <summary>The store in this directory, which is made when the first release is kept.</summary>
    public ReleaseStore(string directory, ReleaseVerifier verifier, ReleaseStoreLimits? limits = null)
    {
        _root = Path.GetFullPath(directory);
        _verifier = verifier;
        _limits = limits ?? new ReleaseStoreLimits();
        _log = new SegmentLog(_root, _limits);
    }

    /// <summary>Writes that failed since the start.</summary>
    public long FailedWrites { get; private set; }

    /// <summary>Accepted releases that are in memory only, because they could not be written yet.</summary>
    public int Unsaved => _unsaved.Count;

    /// <summary>Artifacts that are not removed.</summary>
    public int Live => _index.Live;

    /// <summary>Artifacts, removed ones included; the next one gets this number.</summary>
    internal int Count => _index.Count;

    /// <summary>Called between the steps of a write, so that tests can end the process there.</summary>
    internal Action<StorePoint>? AtPoint { get; set; }

    internal SegmentLog Log => _log;

    private string IndexPath => Path.Combine(_root, "index");

    /// <summary>All artifacts, removed ones included. Any thread; what changes meanwhile is seen or not.</summary>
    public IEnumerable<StoredArtifact> Artifacts()
    {
        for (var number = 0; number < _index.Count; number++)
        {
            yield return Artifact(number);
        }
    }

    /// <summary>What the index says of an artifact, or null. Only for the thread that changes the store.</summary>
    public StoredArtifact? Find(ArtifactKind kind, string name)
    {
        var number = _index.Find(kind, ArtifactIndex.IdOf(name));
        return number < 0 ? null : Artifact(number);
    }

    /// <summary>Whether this very release is in use already. Only for the thread that changes the store.</summary>
    public bool Has(Release release)
    {
        var number = _index.Find(release.Kind, ArtifactIndex.IdOf(release.Name));
        return number >= 0 && _index[number].Generation == release.Generation && _index[number].Digest == DigestOf(release);
    }

    /// <summary>An artifact's name. Any thread.</summary>
    public string NameOf(int artifact) =>
        _names.GetValueOrDefault(artifact)
        ?? Generations(artifact).FirstOrDefault(stored => stored.Release is not null)?.Release?.Name
        ?? ArtifactIndex.DigitsOf(_index[artifact].Id);

    /// <summary>
    /// Keeps a release and drops what is more than three generations old; a removal drops everything before it. What cannot be written
    /// is in use from memory, and tried again by <see cref="SavePosition"/>.
    /// </summary>
    /// <param name="release">A release above the generation that is in use, or that very one again because it is damaged on disk.</param>
    /// <param name="key">What its consumer finds it by.</param>
    /// <param name="artifact">The artifact's number.</param>
    /// <returns>What went wrong, or null.</returns>
    public StoreProblem? Keep(Release release, ulong key, out int artifact)
    {
        var id = ArtifactIndex.IdOf(release.Name);
        artifact = _index.Find(release.Kind, id);
        if (artifact < 0)
        {
            artifact = _index.Add(
                new ArtifactEntry
                {
                    Id = id,
                    Kind = release.Kind,
                    Removed = release.Removed,
                    Location = SegmentLocation.None,
                    Previous = SegmentLocation.None,
                }
            );
            if (!ArtifactIndex.IsDigits(release.Name))
            {
                _names[artifact] = release.Name;
            }
        }

        ref var entry = ref _index[artifact];
        if (entry.Location != SegmentLocation.InMemory && entry.Generation != release.Generation)
        {
            entry.Previous = entry.Location;
        }

        entry.Generation = release.Generation;
        entry.Digest = DigestOf(release);
        entry.Key = key;
        _index.SetRemoved(artifact, release.Removed);
        _unsaved[artifact] = release;
        Volatile.Write(ref entry.Location, SegmentLocation.InMemory);
        return Write(artifact, release);
    }

    /// <summary>Remembers how far the feed was dealt with, unless accepted releases are still unsaved: after a restart they must come again.</summary>
    /// <returns>What went wrong, or null.</returns>
    public StoreProblem? SavePosition(long position)
    {
        foreach (var (artifact, release) in _unsaved)
        {
            // Up to the first failure: a full disk is not asked again for every release.
            if (Write(artifact, release) is { } unsaved)
            {
                return unsaved;
            }
        }

        return position == _position
            ? null
            : Guarded(() =>
            {
                StatePosition(position);
                if (_log.BytesSinceCovered >= _limits.CheckpointBytes)
                {
                    WriteCheckpoint();
                }

                Compact();
            });
    }

    /// <summary>Writes the index, so that the next start need not scan what was written last.</summary>
    public void Dispose()
    {
        if (_log.BytesSinceCovered > 0 && _unsaved.IsEmpty)
        {
            _ = Guarded(() =>
            {
                _log.Flush();
                WriteCheckpoint();
            });
        }

        _log.Dispose();
    }

    private static ulong DigestOf(Release release) =>
        ulong.Parse(release.Digest.AsSpan(0, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private StoredArtifact Artifact(int number)
    {
        ref var entry = ref _index[number];
        return new StoredArtifact(number, entry.Kind, entry.Generation, entry.Key, entry.Removed);
    }

    private long LocationOf(int artifact) => Volatile.Read(ref _index[artifact].Location);

    private StoreProblem? Write(int artifact, Release release) =>
        Guarded(() =>
        {
            ref var entry = ref _index[artifact];
            var before = Chain(entry.Previous, SegmentLocation.None);
            var body = ReleaseCodec.Encode(release);
            var location = _log.Append(
                new SegmentRecord
                {
                    Type = RecordType.Release,
                    Kind = release.Kind,
                    Removed = release.Removed,
                    Generation = release.Generation,
                    Id = entry.Id,
                    Key = entry.Key,
                    Previous = release.Removed ? SegmentLocation.None : entry.Previous,
                    Digest = entry.Digest,
                    BodyBytes = body.Length,
                    BodyChecksum = SegmentRecord.Checksum(body),
                },
                body
            );
            Drop(before, release.Removed ? 0 : KeptGenerations - 1);
            entry.Previous = release.Removed ? SegmentLocation.None : entry.Previous;
            Volatile.Write(ref entry.Location, location);
            _unsaved.TryRemove(artifact, out _);
            AtPoint?.Invoke(StorePoint.Appended);
        });

    private void StatePosition(long position)
    {
        // In this order: where the position is on the disk, everything that it covers is.
        _log.Flush();
        AtPoint?.Invoke(StorePoint.Flushed);
        _log.Append(
            new SegmentRecord
            {
                Type = RecordType.Position,
                Generation = position,
                Previous = SegmentLocation.None,
                BodyChecksum = SegmentRecord.Checksum([]),
            },
            []
        );
        _position = position;
        AtPoint?.Invoke(StorePoint.PositionStated);
    }

    private StoreProblem? Guarded(Action write)
    {
        try
        {
            write();
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            // The last is the framework's word for a file that may not grow (EFBIG).
            FailedWrites++;
            return new StoreProblem(_root, $"it cannot be written: {e.Message}");
        }
    }

    /// <summary>Where an artifact's generations lie, newest first, as far as their heads can be read.</summary>
    private List<(long Location, SegmentRecord Head)> Chain(long location, long previous)
    {
        var chain = new List<(long, SegmentRecord)>(KeptGenerations);
        while (location >= 0 && chain.Count < KeptGenerations)
        {
            if (_log.TryReadHead(location, out var head))
            {
                chain.Add((location, head));
                location = head.Previous;
            }
            else
            {
                location = previous;
            }

            previous = SegmentLocation.None;
        }

        return chain;
    }

    private void Drop(List<(long Location, SegmentRecord Head)> chain, int kept)
    {
        foreach (var (location, head) in chain.Skip(kept))
        {
            _log.Drop(location, head.Bytes);
        }
    }
}
