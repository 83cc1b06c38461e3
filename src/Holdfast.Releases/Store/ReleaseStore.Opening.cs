using Holdfast.Model.Releases;

namespace Holdfast.Releases.Store;

// What happens at a start: the checkpoint, then what was written behind it, then what an older build left.
public sealed partial class ReleaseStore
{
    /// <summary>Reads the index, and whatever was written after it. Call it once. Never throws for what is on the disk.</summary>
    /// <param name="keyOf">What a release's consumer finds it by; asked only for releases of the layout before segments.</param>
    public StoreContents Open(Func<Release, ulong> keyOf)
    {
        var problems = new List<StoreProblem>();
        _log.Open(problems);
        var covered = ReadCheckpoint(problems);
        var damage = new Damage(problems);
        foreach (var segment in _log.Segments)
        {
            Scan(segment, covered.GetValueOrDefault(segment.Number, Segment.FirstRecord), damage);
        }

        // What stands behind the last position is not covered by it, and comes again by the feed.
        _position = damage.IsCovered || problems.Count > 0 ? 0 : _position;
        damage.Report();
        ImportLegacy(keyOf, problems);
        return new StoreContents(_index.Live, _position, problems);
    }

    private Dictionary<int, long> ReadCheckpoint(List<StoreProblem> problems)
    {
        if (!File.Exists(IndexPath))
        {
            return [];
        }

        var problem = IndexCheckpoint.Read(IndexPath, _index, out var position, out var segments);
        if (problem is null)
        {
            foreach (var covered in segments)
            {
                if (_log.Find(covered.Segment) is not { } segment)
                {
                    // One of which nothing was wanted was deleted after the checkpoint.
                    problem = covered.LiveBytes == 0 ? problem : $"segment {covered.Segment}, which it covers, is missing";
                }
                else if (segment.End < covered.Bytes)
                {
                    problem = $"{segment.FilePath} is shorter than it was";
                }
                else
                {
                    segment.LiveBytes = covered.LiveBytes;
                }
            }
        }

        if (problem is null)
        {
            _position = position;
            return segments.ToDictionary(covered => covered.Segment, covered => covered.Bytes);
        }

        problems.Add(new StoreProblem(IndexPath, $"{problem}; all segments are read instead"));
        _index = new ArtifactIndex();
        foreach (var segment in _log.Segments)
        {
            segment.LiveBytes = 0;
        }

        return [];
    }

    private void Scan(Segment segment, long from, Damage damage)
    {
        var whole = from;
        try
        {
            if (!segment.HasHead())
            {
                damage.Add(segment, 0, "it does not begin as a segment does");
            }

            var scan = new SegmentScan(segment, from);
            while (scan.TryNext(out var scanned))
            {
                if (!scanned.Whole)
                {
                    damage.Add(segment, scanned.Offset, $"{scanned.Bytes} bytes are no whole record: damaged, or cut off in the writing");
                    segment.Pinned = true;
                    whole = scanned.Record is null ? whole : scanned.Offset + scanned.Bytes;
                    continue;
                }

                whole = scanned.Offset + scanned.Bytes;
                var record = scanned.Record!.Value;
                if (record.Type == RecordType.Position)
                {
                    _position = record.Generation;
                    damage.Cover();
                }
                else
                {
                    Replay(record, SegmentLocation.Of(segment.Number, scanned.Offset));
                }
            }
        }
        catch (IOException e)
        {
            damage.Add(segment, whole, $"it cannot be read: {e.Message}");
            damage.Cover();
            segment.Pinned = true;
        }

        // What is cut off at the end is written over.
        segment.End = whole;
        _log.BytesSinceCovered += whole - from;
    }

    /// <summary>Does to the index what the writing of this record did.</summary>
    private void Replay(SegmentRecord record, long location)
    {
        _log.Find(SegmentLocation.Segment(location))!.LiveBytes += record.Bytes;
        var number = _index.Find(record.Kind, record.Id);
        if (number < 0)
        {
            number = _index.Add(
                new ArtifactEntry
                {
                    Id = record.Id,
                    Kind = record.Kind,
                    Removed = record.Removed,
                    Location = SegmentLocation.None,
                    Previous = SegmentLocation.None,
                }
            );
        }

        ref var entry = ref _index[number];
        if (record.Generation < entry.Generation)
        {
            // An older generation that was copied, or one whose newer one came back from a damaged place.
            return;
        }

        if (record.Generation == entry.Generation)
        {
            // A copy of all that is kept: the originals are not wanted any more.
            Drop(Chain(entry.Location, entry.Previous), 0);
        }
        else
        {
            // What the new one is not linked to is not wanted any more.
            var chain = Chain(entry.Location, entry.Previous);
            var linked = chain.FindIndex(kept => kept.Location == record.Previous);
            Drop(linked < 0 ? chain : chain[..linked], 0);
            Drop(linked < 0 ? [] : chain[linked..], KeptGenerations - 1);
        }

        entry.Generation = record.Generation;
        entry.Digest = record.Digest;
        entry.Key = record.Key;
        entry.Unproven = record.Unproven;
        entry.Location = location;
        entry.Previous = record.Previous;
        _index.SetRemoved(number, record.Removed);
    }

    private void ImportLegacy(Func<Release, ulong> keyOf, List<StoreProblem> problems)
    {
        var legacy = new LegacyReleases(_root, _verifier);
        if (!legacy.Exists)
        {
            return;
        }

        foreach (var release in legacy.Read(problems))
        {
            if (Find(release.Kind, release.Name) is { } known && known.Generation >= release.Generation)
            {
                continue;
            }

            if (Keep(release, keyOf(release), out _) is { } problem)
            {
                problems.Add(problem);
            }
        }

        // Refused or damaged ones come again by the feed; else it goes on where it was.
        var position = legacy.Position(problems);
        _position = problems.Count == 0 && _unsaved.IsEmpty ? position : 0;
        if (!_unsaved.IsEmpty)
        {
            return;
        }

        var failed = Guarded(() =>
        {
            StatePosition(_position);
            WriteCheckpoint();
            AtPoint?.Invoke(StorePoint.LegacyCopied);
        });
        if (failed is null)
        {
            legacy.Delete();
        }
        else
        {
            problems.Add(failed);
        }
    }

    /// <summary>Damage met by a scan. Only what stands before the last position costs a release that was safe.</summary>
    private sealed class Damage(List<StoreProblem> problems)
    {
        private readonly List<StoreProblem> _found = [];

        /// <summary>Whether a stated position covers damaged bytes.</summary>
        public bool IsCovered { get; private set; }

        public void Add(Segment segment, long offset, string what) =>
            _found.Add(new StoreProblem(segment.FilePath, $"from offset {offset}: {what}"));

        public void Cover() => IsCovered |= _found.Count > 0;

        public void Report() => problems.AddRange(_found);
    }
}
