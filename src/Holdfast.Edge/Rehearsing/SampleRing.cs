using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Holdfast.Releases.Keys;

namespace Holdfast.Edge.Rehearsing;

/// <summary>
/// Samples on the disk: files of one eighth of the limits, of which the oldest goes when a ninth begins, so that neither bytes nor requests
/// ever pass them. A record is its length, its checksum and its bytes; what is damaged ends its file. Nothing here throws for the disk.
/// </summary>
internal sealed class SampleRing : IDisposable
{
    private const int Files = 8;
    private const int HeadBytes = 8;
    private const string Suffix = ".samples";

    private readonly string _directory;
    private readonly long _fileBytes;
    private readonly int _fileCount;
    private readonly Lock _gate = new();
    private FileStream? _file;
    private long _number;
    private int _count;

    /// <summary>The ring of a directory, which is made when it is first needed; what is there is kept.</summary>
    public SampleRing(string directory, SampleOptions options)
    {
        _directory = directory;
        _fileBytes = Math.Max(RequestSample.MostBytes, options.DiskBytes / Files);
        _fileCount = Math.Max(1, options.Count / Files);
        _number = Numbers().DefaultIfEmpty(0).Max();
    }

    /// <summary>Why the last record could not be written, or null.</summary>
    public string? Problem { get; private set; }

    /// <summary>Deletes a ring: who does not want samples has none.</summary>
    public static void Delete(string directory)
    {
        try
        {
            Directory.Delete(directory, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // There is none; or the next start tries again.
        }
    }

    /// <summary>Adds a record.</summary>
    /// <returns>Whether it was written.</returns>
    public bool Add(ReadOnlySpan<byte> record)
    {
        if (record.Length is 0 or > RequestSample.MostBytes)
        {
            return false;
        }

        lock (_gate)
        {
            try
            {
                var file = FileFor(record.Length + HeadBytes);
                var head = new byte[HeadBytes + record.Length];
                BinaryPrimitives.WriteInt32LittleEndian(head, record.Length);
                BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(4), Checksum(record));
                record.CopyTo(head.AsSpan(HeadBytes));
                file.Write(head);
                file.Flush();
                _count++;
                Problem = null;
                return true;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Problem = e.Message;
                _file?.Dispose();
                _file = null;
                return false;
            }
        }
    }

    /// <summary>The newest records, the newest first, read while others are added. Blocks on the disk.</summary>
    /// <param name="isWanted">Whether one is.</param>
    /// <param name="most">Most records.</param>
    public IReadOnlyList<byte[]> Newest(Func<ReadOnlySpan<byte>, bool> isWanted, int most)
    {
        var found = new List<byte[]>();
        foreach (var number in Numbers().OrderDescending())
        {
            var inFile = Records(PathOf(number), isWanted);
            inFile.Reverse();
            found.AddRange(inFile.Take(most - found.Count));
            if (found.Count >= most)
            {
                break;
            }
        }

        return found;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _file?.Dispose();
            _file = null;
        }
    }

    private static uint Checksum(ReadOnlySpan<byte> record)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(record, hash);
        return BinaryPrimitives.ReadUInt32LittleEndian(hash);
    }

    private FileStream FileFor(int bytes)
    {
        if (_file is { } open && open.Length + bytes <= _fileBytes && _count < _fileCount)
        {
            return open;
        }

        _file?.Dispose();
        _file = null;
        KeyFile.CreateDirectory(_directory);
        foreach (var old in Numbers().OrderDescending().Skip(Files - 1).ToList())
        {
            File.Delete(PathOf(old));
        }

        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.Read | FileShare.Delete,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        _count = 0;
        return _file = new FileStream(PathOf(++_number), options);
    }

    private List<byte[]> Records(string path, Func<ReadOnlySpan<byte>, bool> isWanted)
    {
        var records = new List<byte[]>();
        byte[] bytes;
        try
        {
            // Not File.ReadAllBytes: it does not share with who writes.
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            bytes = new byte[Math.Min(file.Length, _fileBytes + RequestSample.MostBytes)];
            bytes = bytes[..file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return records;
        }

        for (var rest = bytes.AsSpan(); rest.Length > HeadBytes; )
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(rest);
            if (length is <= 0 or > RequestSample.MostBytes || length > rest.Length - HeadBytes)
            {
                break;
            }

            var record = rest.Slice(HeadBytes, length);
            if (Checksum(record) != BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]))
            {
                break;
            }

            if (isWanted(record))
            {
                records.Add(record.ToArray());
            }

            rest = rest[(HeadBytes + length)..];
        }

        return records;
    }

    private List<long> Numbers()
    {
        try
        {
            return
            [
                .. Directory
                    .EnumerateFiles(_directory, "*" + Suffix)
                    .Select(path => Path.GetFileName(path)[..^Suffix.Length])
                    .Select(name => long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0)
                    .Where(number => number > 0),
            ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private string PathOf(long number) => Path.Combine(_directory, number.ToString("d10", CultureInfo.InvariantCulture) + Suffix);
}
