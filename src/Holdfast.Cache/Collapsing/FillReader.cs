using System.Buffers;

namespace Holdfast.Cache.Collapsing;

/// <summary>How a fill ended for one reader.</summary>
public enum FillEnd : byte
{
    /// <summary>It has not.</summary>
    None,

    /// <summary>The reader has everything.</summary>
    Whole,

    /// <summary>The origin broke off.</summary>
    Broken,

    /// <summary>The reader was too slow for a body that is not kept.</summary>
    TooFarBehind,
}

/// <summary>One visitor's place in a body that arrives. Belongs to one flow of control; to be disposed of.</summary>
public sealed class FillReader : IDisposable
{
    private const int RoomLength = 64 * 1024;

    private readonly FillBody _body;
    private byte[]? _room;
    private long _offset;

    internal FillReader(FillBody body, long offset)
    {
        _body = body;
        _offset = offset;
    }

    /// <summary>How it ended, once <see cref="NextAsync"/> has brought nothing, or <see cref="IsAtEnd"/>.</summary>
    public FillEnd End { get; internal set; }

    /// <summary>Whether nothing more comes, so that there is nothing to wait for.</summary>
    public bool IsAtEnd => _body.IsAtEnd(this);

    internal long Offset => Volatile.Read(ref _offset);

    // For what comes from the disk.
    internal Memory<byte> Room => _room ??= ArrayPool<byte>.Shared.Rent(RoomLength);

    /// <summary>What is here already; may be empty. Valid until <see cref="Advance"/>.</summary>
    public ReadOnlyMemory<byte> Ready() => _body.Ready(Offset);

    /// <summary>Waits for the next piece; empty at the end. Valid until <see cref="Advance"/>.</summary>
    /// <exception cref="OperationCanceledException">The wait was given up; it can be begun again.</exception>
    public ValueTask<ReadOnlyMemory<byte>> NextAsync(CancellationToken cancellationToken) => _body.NextAsync(this, cancellationToken);

    /// <summary>Moves on.</summary>
    public void Advance(long count)
    {
        Volatile.Write(ref _offset, _offset + count);
        _body.TellMoved();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _body.Remove(this);
        if (_room is { } room)
        {
            _room = null;
            ArrayPool<byte>.Shared.Return(room);
        }
    }
}
