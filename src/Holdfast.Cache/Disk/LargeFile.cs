using Holdfast.Cache.Collapsing;
using Holdfast.Cache.Storage;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Cache.Disk;

/// <summary>
/// A response whose body is too large for memory, on its way to the disk: the file of a segment of its own, in which the body goes to its
/// place as it arrives. What stands before the body is written when it is whole, and only then the file gets the name by which a restart
/// finds it. Before a body of unknown length there is room for the checksums of the longest one; should it be longer, the file goes on as a
/// ring for those who read it. One writer, many readers; they read on after the store has taken it.
/// </summary>
internal sealed class LargeFile : FillFile
{
    /// <summary>How the name of one ends that is not whole yet. A start removes what a killed process has left of these.</summary>
    public const string Extension = ".part";

    private readonly SafeFileHandle _file;
    private readonly SpillSpace _space;
    private readonly string _path;
    private readonly byte[] _text;
    private readonly DiskRecord _record;
    private readonly ChunkChecksums _checksums;
    private readonly int _bodyAt;
    private readonly bool _isGrowing;
    private long _room;
    private int _isTaken;

    /// <summary>Begins one.</summary>
    /// <param name="directory">Where the segments are.</param>
    /// <param name="head">The response without its body.</param>
    /// <param name="record">The same as it is described on the disk.</param>
    /// <param name="most">The body's length, or how much of it is kept at most: then <paramref name="head"/> does not know its length.</param>
    /// <param name="space">
    /// What bounds the bodies that are on their way. It has kept room for a body whose length is known, and is asked for the room of another as
    /// that arrives. Given back when the file is closed.
    /// </param>
    /// <exception cref="IOException">The disk refuses.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public LargeFile(string directory, StoredResponse head, DiskRecord record, long most, SpillSpace space)
    {
        _record = record;
        _space = space;
        _path = Path.Combine(directory, $"{Guid.NewGuid():N}{Extension}");
        _text = head.Text.ToArray();
        _isGrowing = head.BodyLength < 0;
        Most = most;
        Size = _isGrowing ? space.LargestFile : most;
        _room = _isGrowing ? 0 : most;
        _checksums = new ChunkChecksums(DiskRecord.ChunksOf(most));
        _bodyAt = DiskSegment.HeadBytes + DiskRecord.HeadBytes + (DiskRecord.ChunksOf(most) * sizeof(uint)) + _text.Length;
        _file = File.OpenHandle(
            _path,
            FileMode.CreateNew,
            FileAccess.ReadWrite,
            FileShare.ReadWrite | FileShare.Delete,
            FileOptions.Asynchronous
        );
    }

    /// <summary>The body's bytes; of one of unknown length the most that are kept.</summary>
    public long Most { get; }

    /// <inheritdoc/>
    public override long Size { get; }

    /// <summary>How many bytes the segment has that it becomes.</summary>
    public long FileBytes => _bodyAt + _checksums.Length;

    /// <inheritdoc/>
    public override async ValueTask<bool> WriteAsync(long offset, ReadOnlyMemory<byte> piece)
    {
        var more = Math.Min(offset + piece.Length, Size) - _room;
        if (more > 0)
        {
            if (!_space.TryTake(more))
            {
                _space.Fail();
                return false;
            }

            _room += more;
        }

        try
        {
            for (var written = 0; written < piece.Length; )
            {
                var position = (offset + written) % Size;
                var part = piece.Slice(written, (int)Math.Min(piece.Length - written, Size - position));
                await RandomAccess.WriteAsync(_file, part, _bodyAt + position).ConfigureAwait(false);
                written += part.Length;
            }
        }
        catch (Exception e) when (e is IOException or ArgumentOutOfRangeException)
        {
            _space.Fail();
            return false;
        }

        _checksums.Add(offset, piece.Span);
        return true;
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(long offset, Memory<byte> into)
    {
        var position = offset % Size;
        into = into[..(int)Math.Min(into.Length, Size - position)];
        try
        {
            return await RandomAccess.ReadAsync(_file, into, _bodyAt + position).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ArgumentOutOfRangeException)
        {
            _space.Fail();
            return 0;
        }
    }

    /// <summary>Gives the file to the store, which then calls <see cref="Become"/> or <see cref="Discard"/>.</summary>
    /// <param name="length">How many bytes the body has.</param>
    /// <returns>Whether everything is in its place.</returns>
    public bool TryTake(long length) => _checksums.Length == length && Interlocked.Exchange(ref _isTaken, 1) == 0;

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
        var record = _record with { Removals = removals, BodyLength = _checksums.Length };
        if (_isGrowing)
        {
            // There is room between: the record says where in its own segment the body begins.
            record = record with
            {
                BodySegment = number,
                BodyOffset = _bodyAt,
            };
        }

        var head = new byte[record.PrefixBytes + record.TextBytes];
        _checksums.Finish().CopyTo(head.AsSpan(DiskRecord.HeadBytes));
        _text.CopyTo(head.AsSpan(record.PrefixBytes));
        record.Write(head, DiskRecord.PlaceOf(seed, number, DiskSegment.HeadBytes));
        place = new DiskPlace(number, DiskSegment.HeadBytes, (int)record.Size, record.Variant);
        return DiskSegment.Of(_path, directory, number, seed, head);
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
        _space.GiveBack(_room);
        if (Interlocked.Exchange(ref _isTaken, 1) == 0)
        {
            Discard();
        }
    }
}
