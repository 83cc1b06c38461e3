namespace Holdfast.Releases.Store;

// How room is won back: what is wanted of a segment is appended again, and the segment deleted.
public sealed partial class ReleaseStore
{
    private void WriteCheckpoint()
    {
        IndexCheckpoint.Write(
            IndexPath,
            _index,
            _position,
            [.. _log.Segments.Select(segment => new IndexCheckpoint.Covered(segment.Number, segment.End, segment.LiveBytes))]
        );
        _log.BytesSinceCovered = 0;
        AtPoint?.Invoke(StorePoint.CheckpointWritten);
    }

    /// <summary>Rewrites one segment that is mostly unwanted. One at a time, so that no change waits long for it.</summary>
    private void Compact()
    {
        if (!_unsaved.IsEmpty || _log.Wasteful() is not { } segment)
        {
            return;
        }

        var scan = new SegmentScan(segment, Segment.FirstRecord);
        while (scan.TryNext(out var scanned))
        {
            if (!scanned.Whole)
            {
                segment.Pinned = true;
                return;
            }

            var record = scanned.Record!.Value;
            if (
                record.Type == RecordType.Release
                && _index.Find(record.Kind, record.Id) is >= 0 and var artifact
                && !TryRelocate(artifact, SegmentLocation.Of(segment.Number, scanned.Offset))
            )
            {
                segment.Pinned = true;
                return;
            }
        }

        // The order makes every moment safe: copies on the disk, an index that knows them, only then the end of the originals.
        StatePosition(_position);
        AtPoint?.Invoke(StorePoint.Emptied);
        _log.Flush();
        segment.LiveBytes = 0;
        WriteCheckpoint();
        _log.Delete(segment);
        AtPoint?.Invoke(StorePoint.Deleted);
    }

    /// <summary>Copies all kept generations of an artifact when one of them lies here: their links to each other are copied with them.</summary>
    /// <returns>False when one of them is damaged; nothing was copied then.</returns>
    private bool TryRelocate(int artifact, long location)
    {
        var chain = Chain(_index[artifact].Location, _index[artifact].Previous);
        if (!chain.Exists(kept => kept.Location == location))
        {
            return true;
        }

        return chain[0].Location == _index[artifact].Location
            && TryCopy(chain, out var copy, out var previous)
            && Relink(artifact, chain, copy, previous);
    }

    private bool Relink(int artifact, List<(long Location, SegmentRecord Head)> originals, long copy, long previous)
    {
        Drop(originals, 0);
        ref var entry = ref _index[artifact];
        entry.Previous = previous;
        Volatile.Write(ref entry.Location, copy);
        AtPoint?.Invoke(StorePoint.Relocated);
        return true;
    }

    /// <summary>Appends copies of records, oldest first, each linked to the one before.</summary>
    /// <param name="chain">The records, newest first.</param>
    /// <param name="copy">Where the newest one's copy lies.</param>
    /// <param name="previous">Where that of the one before it lies.</param>
    /// <returns>False when one of them is damaged; nothing was copied then.</returns>
    private bool TryCopy(List<(long Location, SegmentRecord Head)> chain, out long copy, out long previous)
    {
        (copy, previous) = (SegmentLocation.None, SegmentLocation.None);
        var bodies = new List<byte[]>(chain.Count);
        foreach (var (kept, head) in chain)
        {
            var body = new byte[head.BodyBytes];
            var segment = _log.Find(SegmentLocation.Segment(kept))!;
            if (
                segment.Read(SegmentLocation.Offset(kept) + SegmentRecord.HeadBytes, body) != body.Length
                || SegmentRecord.Checksum(body) != head.BodyChecksum
            )
            {
                return false;
            }

            bodies.Add(body);
        }

        for (var i = chain.Count - 1; i >= 0; i--)
        {
            previous = copy;
            copy = _log.Append(chain[i].Head with { Previous = previous }, bodies[i]);
        }

        return true;
    }
}
