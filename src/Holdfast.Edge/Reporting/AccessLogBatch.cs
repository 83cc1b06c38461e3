namespace Holdfast.Edge.Reporting;

/// <summary>A piece of the log in memory. Belongs to one thread at a time: whoever took it out of its stripe or queue.</summary>
internal sealed class AccessLogBatch
{
    /// <summary>Size in bytes: a whole record of the largest kind fits in an empty one.</summary>
    public const int Capacity = AccessLogFormat.MaxLineBytes + (16 * 1024);

    /// <summary>From this length in bytes on it is worth a write of its own.</summary>
    public const int WorthWriting = 192 * 1024;

    private byte[]? _bytes;

    /// <summary>Length of the whole records in it, in bytes.</summary>
    public int Length { get; private set; }

    /// <summary>How many records those are.</summary>
    public int Records { get; private set; }

    /// <summary>The records.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>Adds a record.</summary>
    /// <returns>False when it does not fit any more.</returns>
    public bool TryAppend(in AccessLogEntry entry, ReadOnlySpan<byte> node)
    {
        _bytes ??= GC.AllocateUninitializedArray<byte>(Capacity);
        var written = AccessLogFormat.Write(_bytes.AsSpan(Length), entry, node);
        if (written == 0)
        {
            return false;
        }

        Length += written;
        Records++;
        return true;
    }

    /// <summary>Empties it for reuse.</summary>
    public void Clear()
    {
        Length = 0;
        Records = 0;
    }
}
