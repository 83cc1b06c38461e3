using Holdfast.Cache.Storage;

namespace Holdfast.Cache.Collapsing;

/// <summary>
/// A body as it arrives: one writer, many readers, each at its own speed. As long as it is to be kept it stands in memory whole. From
/// <see cref="Narrow"/> on only its last <see cref="Window"/> bytes do; what a slower reader still needs goes to a file, and a reader
/// that is further behind than that, or for whom there is no file, is cut off. After <see cref="TryGoToDisk"/> all of it goes to a file, and
/// whoever comes while it arrives can read it from its beginning. The writer then goes no faster than its fastest reader; unless it is kept
/// on the disk (<see cref="KeepIn"/>): then it goes at its own pace, and needs no reader.
/// </summary>
internal sealed class FillBody(SpillSpace spill)
{
    /// <summary>What stands in memory of a body that is not kept: 1 MiB, more than sockets hold, and little for each of many.</summary>
    public const int Window = 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly List<FillReader> _readers = [];
    private int _readerCount;
    private TaskCompletionSource? _more;
    private TaskCompletionSource? _room;
    private FillFile? _spilled;
    private bool _noSpill;
    private bool _isNarrow;
    private bool _isOnDisk;
    private bool _isKept;
    private long _reserved;
    private bool _isEnded;
    private bool _isWhole;
    private long _published;
    private long _from;

    /// <summary>What is in memory of it.</summary>
    public StoredBody Memory { get; } = new();

    /// <summary>Whether anybody reads it now.</summary>
    public bool IsRead => Volatile.Read(ref _readerCount) > 0;

    /// <summary>How many bytes have come.</summary>
    public long Length => Memory.Length;

    /// <summary>Appends bytes, which readers see from <see cref="SettleAsync"/> on.</summary>
    public void Append(ReadOnlySpan<byte> bytes, long expected) => Memory.Append(bytes, expected);

    /// <summary>It will not be kept.</summary>
    public void Narrow()
    {
        lock (_gate)
        {
            _isNarrow = true;
            _isOnDisk = _isKept = false;
        }
    }

    /// <summary>Has all of it go to a file that keeps it: what has come so far, too, as long as all of that stands in memory.</summary>
    public void KeepIn(FillFile file)
    {
        lock (_gate)
        {
            (_spilled, _isOnDisk, _isKept) = (file, true, true);
        }
    }

    /// <summary>Has the file that keeps it get the rest of it, once everything has come.</summary>
    /// <returns>Whether it has all of it.</returns>
    public async ValueTask<bool> FinishAsync()
    {
        for (var offset = Memory.Start; _isKept && offset < Memory.Length; )
        {
            var piece = Memory.At(offset);
            _isKept = await TrySpillAsync(offset, piece).ConfigureAwait(false);
            offset += piece.Length;
        }

        return _isKept;
    }

    /// <summary>Has all of it go to a file, but for its last <see cref="Window"/>. Before anything is appended.</summary>
    /// <param name="length">Its length.</param>
    /// <returns>Whether there is room for it on the disk.</returns>
    public bool TryGoToDisk(long length)
    {
        if (!spill.TryReserve(length))
        {
            return false;
        }

        (_isOnDisk, _reserved) = (true, length);
        return true;
    }

    /// <summary>
    /// Shows readers what was appended. Of a body that is not kept it also makes room in memory, and waits until the fastest reader needs
    /// more.
    /// </summary>
    /// <returns>Whether the body is still of use: false when it is not kept and nobody reads it.</returns>
    public ValueTask<bool> SettleAsync()
    {
        Publish();
        return _isNarrow || _isOnDisk ? MakeRoomAsync() : new ValueTask<bool>(true);
    }

    /// <summary>Nothing more comes.</summary>
    public void End(bool whole)
    {
        FillFile? unread = null;
        TaskCompletionSource? room;
        long unused;
        lock (_gate)
        {
            if (_isEnded)
            {
                return;
            }

            (_isEnded, _isWhole) = (true, whole);
            _published = Memory.Length;
            (room, _room) = (_room, null);
            (unused, _reserved) = (_spilled is null ? _reserved : 0, 0);
            if (_readers.Count == 0)
            {
                (unread, _spilled) = (_spilled, null);
            }
        }

        Publish();
        room?.TrySetResult();
        unread?.Dispose();
        spill.GiveBack(unused);
    }

    /// <summary>Adds a reader, unless what it begins with may be gone already.</summary>
    public bool TryAdd(FillReader reader)
    {
        lock (_gate)
        {
            if (_isNarrow || _from > 0)
            {
                return false;
            }

            _readers.Add(reader);
            Volatile.Write(ref _readerCount, _readers.Count);
            return true;
        }
    }

    /// <summary>A reader has gone.</summary>
    public void Remove(FillReader reader)
    {
        FillFile? unread = null;
        lock (_gate)
        {
            _readers.Remove(reader);
            Volatile.Write(ref _readerCount, _readers.Count);
            if (_isEnded && _readers.Count == 0)
            {
                (unread, _spilled) = (_spilled, null);
            }
        }

        unread?.Dispose();
        TellMoved();
    }

    /// <summary>A reader has moved on, or gone.</summary>
    public void TellMoved()
    {
        TaskCompletionSource? room;
        lock (_gate)
        {
            (room, _room) = (_room, null);
        }

        room?.TrySetResult();
    }

    /// <summary>What can be read from this offset on without waiting; may be empty.</summary>
    public ReadOnlyMemory<byte> Ready(long offset)
    {
        var published = Volatile.Read(ref _published);
        if (offset >= published)
        {
            return default;
        }

        var piece = Memory.At(offset);
        return piece.Length > published - offset ? piece[..(int)(published - offset)] : piece;
    }

    /// <summary>Whether a reader has had everything that there is; it is told then how it ended.</summary>
    public bool IsAtEnd(FillReader reader)
    {
        lock (_gate)
        {
            if (!_isEnded || reader.Offset < Volatile.Read(ref _published))
            {
                return false;
            }

            reader.End = _isWhole ? FillEnd.Whole : FillEnd.Broken;
            return true;
        }
    }

    /// <summary>What comes next for a reader; empty at its end, whose nature it is told then.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> NextAsync(FillReader reader, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task? waiting = null;
            FillFile? spilled;
            long spilledTo;
            lock (_gate)
            {
                if (reader.Offset < _from)
                {
                    reader.End = FillEnd.TooFarBehind;
                    return default;
                }

                var piece = Ready(reader.Offset);
                if (!piece.IsEmpty)
                {
                    return piece;
                }

                (spilled, spilledTo) = (_spilled, Memory.Start);
                if (reader.Offset >= spilledTo)
                {
                    if (_isEnded)
                    {
                        reader.End = _isWhole ? FillEnd.Whole : FillEnd.Broken;
                        return default;
                    }

                    waiting = (_more ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
                }
            }

            if (waiting is null)
            {
                return await ReadSpilledAsync(reader, spilled!, spilledTo).ConfigureAwait(false);
            }

            await waiting.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private void Publish()
    {
        Volatile.Write(ref _published, Memory.Length);
        TaskCompletionSource? more;
        lock (_gate)
        {
            (more, _more) = (_more, null);
        }

        more?.TrySetResult();
    }

    private async ValueTask<ReadOnlyMemory<byte>> ReadSpilledAsync(FillReader reader, FillFile spilled, long spilledTo)
    {
        var room = reader.Room;
        var count = await spilled
            .ReadAsync(reader.Offset, room[..(int)Math.Min(room.Length, spilledTo - reader.Offset)])
            .ConfigureAwait(false);
        lock (_gate)
        {
            // The ring may have come round meanwhile, and what was read be another part.
            if (count > 0 && reader.Offset >= _from)
            {
                return room[..count];
            }
        }

        reader.End = FillEnd.TooFarBehind;
        return default;
    }

    private async ValueTask<bool> MakeRoomAsync()
    {
        while (Memory.Length - Memory.Start > Window)
        {
            await DropFirstAsync().ConfigureAwait(false);
        }

        if (_isKept)
        {
            return true;
        }

        while (true)
        {
            Task waiting;
            lock (_gate)
            {
                if (_isEnded || _readers.Count == 0)
                {
                    // Nobody can come to what ends now.
                    _isNarrow = true;
                    return false;
                }

                // Half, so that what the fastest reader needs next is never dropped before it has it.
                if (Memory.Length - _readers.Max(r => r.Offset) <= Window / 2)
                {
                    return true;
                }

                waiting = (_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await waiting.ConfigureAwait(false);
        }
    }

    private async ValueTask DropFirstAsync()
    {
        var start = Memory.Start;
        var piece = Memory.At(start);
        var end = start + piece.Length;
        bool isNeeded;
        lock (_gate)
        {
            isNeeded = _isOnDisk || _readers.Any(r => r.Offset < end);
        }

        var isSpilled = isNeeded && await TrySpillAsync(start, piece).ConfigureAwait(false);
        lock (_gate)
        {
            if (!isSpilled)
            {
                _from = end;
                _isKept = false;
            }

            Memory.DropBefore(end);
        }
    }

    private async ValueTask<bool> TrySpillAsync(long start, ReadOnlyMemory<byte> piece)
    {
        if (_noSpill || (_spilled ??= spill.Open(_reserved)) is not { } spilled)
        {
            _noSpill = true;
            return false;
        }

        lock (_gate)
        {
            // Said before it is overwritten: whoever reads it just now looks again afterwards.
            _from = Math.Max(_from, start + piece.Length - spilled.Size);
        }

        _noSpill = !await spilled.WriteAsync(start, piece).ConfigureAwait(false);
        return !_noSpill;
    }
}
