using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Releases.Store;

/// <summary>
/// One file of records. Records are written once and never changed, so any thread may read while one writes behind what is read.
/// </summary>
internal sealed class Segment : IDisposable
{
    /// <summary>The end of segments' names.</summary>
    public const string Suffix = ".segment";

    /// <summary>The bytes that every segment begins with; records follow.</summary>
    private static readonly byte[] Head = "holdfast-seg-v1\n"u8.ToArray();

    private readonly SafeFileHandle _reader;
    private SafeFileHandle? _writer;

    private Segment(int number, string path, SafeFileHandle reader)
    {
        Number = number;
        FilePath = path;
        _reader = reader;
        End = RandomAccess.GetLength(reader);
    }

    /// <summary>Offset of the first record.</summary>
    public static int FirstRecord => Head.Length;

    /// <summary>From 1, ascending.</summary>
    public int Number { get; }

    /// <summary>The file.</summary>
    public string FilePath { get; }

    /// <summary>Where the next record goes. Only the writer moves it.</summary>
    public long End { get; set; }

    /// <summary>Whether it holds damage that must not be thrown away with it: it is not rewritten. Only the writer touches it.</summary>
    public bool Pinned { get; set; }

    /// <summary>Bytes of records that are still wanted. Only the writer touches it.</summary>
    public long LiveBytes { get; set; }

    /// <summary>The name of the segment with this number.</summary>
    public static string PathOf(string directory, int number) => Path.Combine(directory, $"{number:d8}{Suffix}");

    /// <summary>Opens a segment that is there.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not ours to read.</exception>
    public static Segment Open(int number, string path) =>
        new(number, path, File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));

    /// <summary>Makes a segment, or takes one over of which nothing but its making was written.</summary>
    /// <exception cref="IOException">The disk is full, read-only, or fails.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory is not ours to write to.</exception>
    public static Segment Create(int number, string path)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            BufferSize = 0,
        };
        using (var file = new FileStream(path, options))
        {
            file.Write(Head);
        }

        return Open(number, path);
    }

    /// <summary>Whether the file begins as a segment does.</summary>
    public bool HasHead()
    {
        Span<byte> head = stackalloc byte[Head.Length];
        return RandomAccess.Read(_reader, head, 0) == head.Length && head.SequenceEqual(Head);
    }

    /// <summary>Reads bytes; fewer than wanted only at the end.</summary>
    /// <exception cref="IOException">The disk fails.</exception>
    /// <exception cref="ObjectDisposedException">The segment was given up meanwhile.</exception>
    public int Read(long offset, Span<byte> bytes)
    {
        var read = 0;
        while (read < bytes.Length)
        {
            var more = RandomAccess.Read(_reader, bytes[read..], offset + read);
            if (more == 0)
            {
                break;
            }

            read += more;
        }

        return read;
    }

    /// <summary>Reads a record's head.</summary>
    /// <returns>False when there is none at this place.</returns>
    public bool TryReadHead(long offset, out SegmentRecord record)
    {
        Span<byte> head = stackalloc byte[SegmentRecord.HeadBytes];
        record = default;
        return Read(offset, head) == head.Length && SegmentRecord.TryRead(head, out record);
    }

    /// <summary>Writes a record at the end.</summary>
    /// <returns>Its offset.</returns>
    /// <exception cref="IOException">The disk is full, read-only, or fails; the next record takes the place of what was written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file is not ours to write to.</exception>
    public long Append(SegmentRecord record, ReadOnlySpan<byte> body)
    {
        if (_writer is null)
        {
            _writer = OpenForWriting();
        }

        var buffer = ArrayPool<byte>.Shared.Rent(record.Bytes);
        try
        {
            record.Write(buffer);
            body.CopyTo(buffer.AsSpan(SegmentRecord.HeadBytes));
            RandomAccess.Write(_writer, buffer.AsSpan(0, record.Bytes), End);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        var offset = End;
        End += record.Bytes;
        return offset;
    }

    private SafeFileHandle OpenForWriting()
    {
        var writer = File.OpenHandle(FilePath, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            // What a crash left behind the last whole record must not stand behind the next one.
            if (RandomAccess.GetLength(writer) != End)
            {
                RandomAccess.SetLength(writer, End);
            }

            return writer;
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    /// <summary>Brings what was written to the disk.</summary>
    /// <exception cref="IOException">The disk fails.</exception>
    public void Flush()
    {
        if (_writer is not null)
        {
            RandomAccess.FlushToDisk(_writer);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _writer?.Dispose();
        _reader.Dispose();
    }
}
