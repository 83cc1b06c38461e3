using System.Buffers.Binary;
using Holdfast.Cache.Collapsing;
using Holdfast.Cache.Storage;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Cache.Disk;

/// <summary>
/// A response whose body is too large for memory, on its way to the disk: the file of a segment of its own, in which the body goes to its
/// place as it arrives. What stands before the body is written when it is whole, and only then the file gets the name by which a restart
/// finds it. One writer, many readers; they read on after the store has taken it.
/// </summary>
internal sealed class LargeFile : FillFile
{
    /// <summary>How the name of one ends that is not whole yet. A start removes what a killed process has left of these.</summary>
    public const string Extension = ".part";

    private readonly SafeFileHandle _file;
    private readonly SpillSpace _space;
    private readonly string _path;
    private readonly byte[] _head;
    private readonly DiskRecord _record;
    private long _written;
    private int _isTaken;

    /// <summary>Begins one.</summary>
    /// <param name="directory">Where the segments are.</param>
    /// <param name="head">The response without its body, whose length it knows.</param>
    /// <param name="record">The same as it is described on the disk.</param>
    /// <param name="space">What has kept room for the body; it is given back when the file is closed.</param>
    /// <exception cref="IOException">The disk refuses.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public LargeFile(string directory, StoredResponse head, DiskRecord record, SpillSpace space)
    {
        _record = record;
        _space = space;
        _path = Path.Combine(directory, $"{Guid.NewGuid():N}{Extension}");
        _head = new byte[record.PrefixBytes + record.TextBytes];
        head.Text.CopyTo(_head.AsSpan(record.PrefixBytes));
        _file = File.OpenHandle(
            _path,
            FileMode.CreateNew,
            FileAccess.ReadWrite,
            FileShare.ReadWrite | FileShare.Delete,
            FileOptions.Asynchronous
        );
    }

    /// <summary>The body's bytes.</summary>
    public override long Size => _record.BodyLength;

    /// <summary>How many bytes the segment has that it becomes.</summary>
    public long FileBytes => BodyAt + Size;

    private long BodyAt => DiskSegment.HeadBytes + _head.Length;

    /// <inheritdoc/>
    public override async ValueTask<bool> WriteAsync(long offset, ReadOnlyMemory<byte> piece)
    {
        try
        {
            await RandomAccess.WriteAsync(_file, piece, BodyAt + offset).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ArgumentOutOfRangeException)
        {
            _space.Fail();
            return false;
        }

        // A body whose length is known comes in chunks, one after the other. Of one that was given up something else may come.
        var (chunk, within) = Math.DivRem(offset, DiskRecord.ChunkBytes);
        if (offset == _written && within == 0 && (piece.Length == DiskRecord.ChunkBytes || offset + piece.Length == Size))
        {
            var checksum = _head.AsSpan(DiskRecord.HeadBytes + ((int)chunk * sizeof(uint)));
            BinaryPrimitives.WriteUInt32LittleEndian(checksum, Checksum.Of(piece.Span));
            _written += piece.Length;
        }

        return true;
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(long offset, Memory<byte> into)
    {
        try
        {
            return await RandomAccess.ReadAsync(_file, into, BodyAt + offset).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ArgumentOutOfRangeException)
        {
            _space.Fail();
            return 0;
        }
    }

    /// <summary>Gives the file to the store, which then calls <see cref="Become"/> or <see cref="Discard"/>.</summary>
    /// <returns>Whether everything is in its place.</returns>
    public bool TryTake() => _written == Size && Interlocked.Exchange(ref _isTaken, 1) == 0;

    /// <summary>Makes the segment of it.</summary>
    /// <param name="directory">Where the segments are.</param>
    /// <param name="number">The segment's number.</param>
    /// <param name="seed">The store's seed.</param>
    /// <param name="removals">How many removals were written before.</param>
    /// <param name="place">Where the response lies.</param>
    /// <exception cref="IOException">The disk refuses.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public DiskSegment Become(string directory, uint number, ulong seed, uint removals, out DiskPlace place)
    {
        var record = _record with { Removals = removals };
        record.Write(_head, DiskRecord.PlaceOf(seed, number, DiskSegment.HeadBytes));
        place = new DiskPlace(number, DiskSegment.HeadBytes, (int)record.Size, record.Variant);
        return DiskSegment.Of(_path, directory, number, seed, _head);
    }

    /// <summary>Removes what the store has taken and cannot keep.</summary>
    public void Discard()
    {
        try
        {
            File.Delete(_path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A start removes it.
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (_file.IsClosed)
        {
            return;
        }

        _file.Dispose();
        _space.GiveBack(Size);
        if (Interlocked.Exchange(ref _isTaken, 1) == 0)
        {
            Discard();
        }
    }
}
