using System.Collections.Concurrent;
using System.Globalization;

namespace Holdfast.Releases.Store;

/// <summary>All segments of a store: records are appended to the newest. One thread writes; any thread may read.</summary>
internal sealed class SegmentLog(string directory, ReleaseStoreLimits limits) : IDisposable
{
    private readonly ConcurrentDictionary<int, Segment> _segments = new();
    private Segment? _active;
    private int _newest;
    private bool _directoryIsNew;

    /// <summary>Bytes that no checkpoint of the index covers.</summary>
    public long BytesSinceCovered { get; set; }

    /// <summary>The segments, oldest first.</summary>
    public IEnumerable<Segment> Segments => _segments.Values.OrderBy(segment => segment.Number);

    /// <summary>Opens what is there.</summary>
    /// <param name="problems">Gets what cannot be opened.</param>
    public void Open(List<StoreProblem> problems)
    {
        string[] files;
        try
        {
            files = Directory.Exists(directory) ? Directory.GetFiles(directory, "*" + Segment.Suffix) : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(new StoreProblem(directory, $"it cannot be listed: {e.Message}"));
            return;
        }

        foreach (var path in files)
        {
            if (!int.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                continue;
            }

            // A number is never used again, whatever became of its file.
            _newest = Math.Max(_newest, number);
            try
            {
                var segment = Segment.Open(number, path);
                if (segment.End < Segment.FirstRecord)
                {
                    // The making of it was all that happened.
                    segment.Dispose();
                    AtomicFile.TryDelete(path);
                    continue;
                }

                _segments[number] = segment;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                problems.Add(new StoreProblem(path, $"it cannot be opened: {e.Message}"));
            }
        }

        _active = _segments.GetValueOrDefault(_newest);
    }

    /// <summary>The segment with this number, or null.</summary>
    public Segment? Find(int number) => _segments.GetValueOrDefault(number);

    /// <summary>Reads a record's head.</summary>
    public bool TryReadHead(long location, out SegmentRecord record)
    {
        record = default;
        return location >= 0
            && Find(SegmentLocation.Segment(location)) is { } segment
            && segment.TryReadHead(SegmentLocation.Offset(location), out record);
    }

    /// <summary>Appends a record and counts it as wanted.</summary>
    /// <returns>Where it lies.</returns>
    /// <exception cref="IOException">The disk is full, read-only, or fails.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory is not ours to write to.</exception>
    public long Append(SegmentRecord record, ReadOnlySpan<byte> body)
    {
        if (_active is null || _active.End >= limits.SegmentBytes)
        {
            Roll();
        }

        var offset = _active!.Append(record, body);
        if (record.Type == RecordType.Release)
        {
            _active.LiveBytes += record.Bytes;
        }

        BytesSinceCovered += record.Bytes;
        return SegmentLocation.Of(_active.Number, offset);
    }

    /// <summary>Counts a record as unwanted.</summary>
    public void Drop(long location, int bytes)
    {
        if (Find(SegmentLocation.Segment(location)) is { } segment)
        {
            segment.LiveBytes -= bytes;
        }
    }

    /// <summary>Brings everything that was appended to the disk.</summary>
    /// <exception cref="IOException">The disk fails.</exception>
    public void Flush()
    {
        _active?.Flush();
        if (_directoryIsNew)
        {
            AtomicFile.FlushDirectory(directory);
            _directoryIsNew = false;
        }
    }

    /// <summary>A full segment of which too little is wanted, or null.</summary>
    public Segment? Wasteful() =>
        _segments.Values.FirstOrDefault(segment =>
            segment != _active && !segment.Pinned && segment.LiveBytes < segment.End * limits.MinLiveShare
        );

    /// <summary>Deletes a segment; a thread that reads from it finds it gone.</summary>
    public void Delete(Segment segment)
    {
        _segments.TryRemove(segment.Number, out _);
        segment.Dispose();
        AtomicFile.TryDelete(segment.FilePath);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var segment in _segments.Values)
        {
            segment.Dispose();
        }
    }

    private void Roll()
    {
        _active?.Flush();
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var segment = Segment.Create(_newest + 1, Segment.PathOf(directory, _newest + 1));
        _newest++;
        _segments[segment.Number] = segment;
        _active = segment;
        _directoryIsNew = true;
    }
}
