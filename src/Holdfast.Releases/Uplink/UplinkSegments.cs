using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Model.Uplink;
using Holdfast.Releases.Feed;
using Holdfast.Releases.Store;

namespace Holdfast.Releases.Uplink;

/// <summary>
/// The ring's files: <c>FIRSTSEQUENCE.uplink</c>, appended to, a line for each record: 16 digits of its SHA-256, a space, its JSON.
/// A line that was cut off or damaged is passed over. Used under the ring's lock.
/// </summary>
internal sealed class UplinkSegments : IDisposable
{
    private const string Suffix = ".uplink";
    private const int ChecksumDigits = 16;

    private readonly string _directory;
    private readonly long _segmentBytes;
    private readonly SortedList<long, string> _segments = [];
    private FileStream? _open;

    public UplinkSegments(string directory, long segmentBytes)
    {
        _directory = Path.GetFullPath(directory);
        _segmentBytes = segmentBytes;
    }

    public string? Problem { get; private set; }

    public IEnumerable<UplinkRecord> Load()
    {
        var records = new List<UplinkRecord>();
        try
        {
            Directory.CreateDirectory(_directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            foreach (var path in Directory.GetFiles(_directory, "*" + Suffix))
            {
                if (long.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out var first))
                {
                    _segments[first] = path;
                }
            }

            foreach (var path in _segments.Values)
            {
                records.AddRange(ReadSegment(path));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Problem = $"{_directory}: {e.Message}";
        }

        var last = 0L;
        return records.Where(record => record.Sequence > last && (last = record.Sequence) > 0).ToList();
    }

    public void Append(long sequence, ReadOnlySpan<byte> json)
    {
        try
        {
            if (_open is not null && _open.Length > _segmentBytes)
            {
                Close();
            }

            if (_open is null)
            {
                Directory.CreateDirectory(_directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
                var path = Path.Combine(_directory, sequence.ToString(CultureInfo.InvariantCulture) + Suffix);
                var options = new FileStreamOptions
                {
                    Mode = FileMode.Create,
                    Access = FileAccess.Write,
                    BufferSize = 0,
                    Share = FileShare.ReadWrite | FileShare.Delete,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                };
                _open = new FileStream(path, options);
                _segments[sequence] = path;
            }

            var line = new byte[ChecksumDigits + 1 + json.Length + 1];
            Encoding.ASCII.GetBytes(Checksum(json), line);
            line[ChecksumDigits] = (byte)' ';
            json.CopyTo(line.AsSpan(ChecksumDigits + 1));
            line[^1] = (byte)'\n';
            _open.Write(line);
            Problem = null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            // The last is the framework's word for a file that may not grow (EFBIG). The record waits in memory all the same; the next one begins a new file.
            Problem = $"{_directory}: {e.Message}";
            Close();
        }
    }

    /// <summary>Deletes the segments whose every record has at most this sequence.</summary>
    public void Trim(long sequence)
    {
        while (_segments.Count > 1 && _segments.Keys[1] <= sequence + 1)
        {
            AtomicFile.TryDelete(_segments.Values[0]);
            _segments.RemoveAt(0);
        }
    }

    public void Dispose() => Close();

    private void Close()
    {
        try
        {
            _open?.Dispose();
        }
        catch (IOException e)
        {
            Problem = $"{_directory}: {e.Message}";
        }

        _open = null;
    }

    private static IEnumerable<UplinkRecord> ReadSegment(string path)
    {
        foreach (var line in SplitLines(File.ReadAllBytes(path)))
        {
            if (line.Length <= ChecksumDigits + 1 || line.Span[ChecksumDigits] != ' ')
            {
                continue;
            }

            var json = line[(ChecksumDigits + 1)..];
            if (Encoding.ASCII.GetString(line.Span[..ChecksumDigits]) == Checksum(json.Span) && UplinkCodec.Decode(json.Span) is { } record)
            {
                yield return record;
            }
        }
    }

    private static IEnumerable<ReadOnlyMemory<byte>> SplitLines(ReadOnlyMemory<byte> bytes)
    {
        for (int end; (end = bytes.Span.IndexOf((byte)'\n')) >= 0; bytes = bytes[(end + 1)..])
        {
            yield return bytes[..end];
        }
    }

    private static string Checksum(ReadOnlySpan<byte> json) => Convert.ToHexStringLower(SHA256.HashData(json))[..ChecksumDigits];
}
