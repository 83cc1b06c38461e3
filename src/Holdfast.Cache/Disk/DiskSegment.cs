using System.Buffers.Binary;
using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Cache.Disk;

/// <summary>
/// One file of records. One writer appends; anybody reads. It goes as a whole: its file's name at once, its bytes when the last one who
/// reads from it has ended.
/// </summary>
internal sealed class DiskSegment
{
    /// <summary>Bytes before the first record: magic, version, number, seed, checksum, and whether it is of one large response.</summary>
    public const int HeadBytes = 32;

    /// <summary>The format of everything in the directory. Another one's files are dropped.</summary>
    public const uint Version = 1;

    /// <summary>How a segment's file name ends.</summary>
    public const string Extension = ".segment";

    private const ulong Magic = 0x3145_4843_4143_4648;
    private const int IsLargeAt = 28;

    private readonly SafeFileHandle _file;
    private readonly string _path;
    private readonly Lock _gate = new();
    private int _readers;
    private bool _isGone;
    private int _wasRead;

    private DiskSegment(string path, SafeFileHandle file, uint number, long length, bool isLarge)
    {
        _path = path;
        _file = file;
        Number = number;
        Length = length;
        IsLarge = isLarge;
    }

    /// <summary>Its number, from 1; higher ones are newer.</summary>
    public uint Number { get; }

    /// <summary>Whether it has one response and nothing else, which memory has no room for.</summary>
    public bool IsLarge { get; }

    /// <summary>How many of its bytes count.</summary>
    public long Length { get; set; }

    /// <summary>The lowest number of the purge clock that a response in it has; <see cref="long.MaxValue"/> without one.</summary>
    public long OldestBegan { get; private set; } = long.MaxValue;

    /// <summary>The highest one; 0 without one.</summary>
    public long NewestBegan { get; private set; }

    /// <summary>The file of a segment.</summary>
    public static string PathOf(string directory, uint number) =>
        Path.Combine(directory, number.ToString("D10", CultureInfo.InvariantCulture) + Extension);

    /// <summary>Makes a new segment.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static DiskSegment Create(string directory, uint number, ulong seed)
    {
        var path = PathOf(directory, number);
        var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            Span<byte> head = stackalloc byte[HeadBytes];
            WriteHead(head, number, seed, isLarge: false);
            RandomAccess.Write(file, head, 0);
            return new DiskSegment(path, file, number, HeadBytes, isLarge: false);
        }
        catch
        {
            file.Dispose();
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Makes a segment of a file in which a large response's body is in its place.</summary>
    /// <param name="from">The file, which gets the segment's name.</param>
    /// <param name="directory">Where the segments are.</param>
    /// <param name="number">The segment's number.</param>
    /// <param name="seed">The store's seed.</param>
    /// <param name="record">The record's bytes before the body.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static DiskSegment Of(string from, string directory, uint number, ulong seed, ReadOnlySpan<byte> record)
    {
        var path = PathOf(directory, number);
        var file = File.OpenHandle(from, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            Span<byte> head = stackalloc byte[HeadBytes];
            WriteHead(head, number, seed, isLarge: true);
            RandomAccess.Write(file, record, HeadBytes);
            RandomAccess.Write(file, head, 0);
            var segment = new DiskSegment(path, file, number, RandomAccess.GetLength(file), isLarge: true);
            File.Move(from, path);
            return segment;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Opens a segment that is there.</summary>
    /// <param name="path">Its file.</param>
    /// <param name="number">Its number, by the file's name.</param>
    /// <param name="seed">The seed that it was written with.</param>
    /// <param name="foreign">Whether the file is nothing of ours, of any version.</param>
    /// <returns>Null when it cannot be read, is of another version or damaged.</returns>
    public static DiskSegment? TryOpen(string path, uint number, out ulong seed, out bool foreign)
    {
        (seed, foreign) = (0, false);
        SafeFileHandle? file = null;
        try
        {
            file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            Span<byte> head = stackalloc byte[HeadBytes];
            var length = RandomAccess.GetLength(file);
            if (RandomAccess.Read(file, head, 0) == HeadBytes)
            {
                foreign = BinaryPrimitives.ReadUInt64LittleEndian(head) != Magic;
                seed = BinaryPrimitives.ReadUInt64LittleEndian(head[16..]);
                Span<byte> expected = stackalloc byte[HeadBytes];
                var isLarge = head[IsLargeAt] != 0;
                WriteHead(expected, number, seed, isLarge);
                if (head.SequenceEqual(expected))
                {
                    var opened = new DiskSegment(path, file, number, Math.Min(length, DiskSlot.LargestSize), isLarge);
                    file = null;
                    return opened;
                }
            }

            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
        finally
        {
            file?.Dispose();
        }
    }

    /// <summary>Takes note of a response in it.</summary>
    public void Note(long oldestBegan, long newestBegan)
    {
        OldestBegan = Math.Min(OldestBegan, oldestBegan);
        NewestBegan = Math.Max(NewestBegan, newestBegan);
    }

    /// <summary>Appends bytes, which count from then on.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public async ValueTask AppendAsync(ReadOnlyMemory<byte> bytes, long at)
    {
        await RandomAccess.WriteAsync(_file, bytes, at).ConfigureAwait(false);
        Length = at + bytes.Length;
    }

    /// <summary>Sees to it that what was appended outlives the machine's power.</summary>
    public void Flush() => RandomAccess.FlushToDisk(_file);

    /// <summary>Keeps its bytes until <see cref="EndReading"/>; false when they are gone.</summary>
    public bool TryBeginReading()
    {
        lock (_gate)
        {
            if (_isGone)
            {
                return false;
            }

            _readers++;
            _wasRead = 1;
            return true;
        }
    }

    /// <summary>Whether anybody has begun to read since this was asked last.</summary>
    public bool TakeRead() => Interlocked.Exchange(ref _wasRead, 0) != 0;

    /// <summary>Ends what <see cref="TryBeginReading"/> began.</summary>
    public void EndReading()
    {
        lock (_gate)
        {
            if (--_readers > 0 || !_isGone)
            {
                return;
            }
        }

        _file.Dispose();
    }

    /// <summary>Fills memory from an offset on; for whoever has begun to read, and for the writer.</summary>
    /// <returns>False when the file ends before, or cannot be read.</returns>
    public async ValueTask<bool> ReadAsync(Memory<byte> into, long offset)
    {
        try
        {
            while (!into.IsEmpty)
            {
                var count = CachedRead.Read(_file, into.Span, offset);
                if (count == 0)
                {
                    count = await RandomAccess.ReadAsync(_file, into, offset).ConfigureAwait(false);
                }

                if (count == 0)
                {
                    return false;
                }

                into = into[count..];
                offset += count;
            }

            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>Fills two pieces of memory, one after the other.</summary>
    /// <returns>False when the file ends before, or cannot be read.</returns>
    public async ValueTask<bool> ReadAsync(Memory<byte> first, Memory<byte> second, long offset)
    {
        try
        {
            if (CachedRead.Read(_file, first.Span, offset) == first.Length)
            {
                return await ReadAsync(second, offset + first.Length).ConfigureAwait(false);
            }

            var count = await RandomAccess.ReadAsync(_file, [first, second], offset).ConfigureAwait(false);
            return count >= first.Length && await ReadAsync(second[(int)(count - first.Length)..], offset + count).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>Lets go of it; whoever reads from it may end.</summary>
    /// <param name="andDelete">Whether its file goes too.</param>
    /// <exception cref="IOException">The file cannot be deleted.</exception>
    public void Close(bool andDelete)
    {
        bool isUnread;
        lock (_gate)
        {
            isUnread = !_isGone && _readers == 0;
            _isGone = true;
        }

        if (isUnread)
        {
            _file.Dispose();
        }

        if (andDelete)
        {
            File.Delete(_path);
        }
    }

    private static void WriteHead(Span<byte> head, uint number, ulong seed, bool isLarge)
    {
        head.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(head, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(head[8..], Version);
        BinaryPrimitives.WriteUInt32LittleEndian(head[12..], number);
        BinaryPrimitives.WriteUInt64LittleEndian(head[16..], seed);
        BinaryPrimitives.WriteUInt32LittleEndian(head[24..], Checksum.Of(head[..24]));
        head[IsLargeAt] = isLarge ? (byte)1 : (byte)0;
    }
}
