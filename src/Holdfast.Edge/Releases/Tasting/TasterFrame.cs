using System.Buffers.Binary;

namespace Holdfast.Edge.Releases.Tasting;

/// <summary>What stands in a frame between an edge and its taster.</summary>
internal enum TasterFrameType : byte
{
    /// <summary>Edge to taster: a release, as <see cref="Holdfast.Releases.Wire.ReleaseCodec"/> writes it.</summary>
    Candidate = 1,

    /// <summary>Edge to taster: no more of this batch. Empty.</summary>
    End = 2,

    /// <summary>Edge to taster: a release of a rehearsal that is in use beside what is proposed.</summary>
    Beside = 3,

    /// <summary>Edge to taster: the release that what is proposed would take the place of.</summary>
    Live = 4,

    /// <summary>Edge to taster: what is proposed, as a release.</summary>
    Proposed = 5,

    /// <summary>Edge to taster: a sampled request.</summary>
    Sample = 6,

    /// <summary>Edge to taster: the script is whole, and is to be played. See <see cref="Rehearsing.RehearsalScript.Closing"/>.</summary>
    Rehearse = 7,

    /// <summary>Taster to edge, once: it tastes from now on. One byte: <see cref="TasterFrame.Version"/>.</summary>
    Ready = 16,

    /// <summary>Taster to edge: the next candidate is being tasted. Empty.</summary>
    Begun = 17,

    /// <summary>Taster to edge: it can be used. Two numbers: microseconds, bytes allocated.</summary>
    Good = 18,

    /// <summary>Taster to edge: it cannot. UTF-8: why.</summary>
    Refused = 19,

    /// <summary>Taster to edge: the batch is over, and nothing that it has left behind has ended the process. Empty.</summary>
    Settled = 20,

    /// <summary>Taster to edge: the report of a rehearsal, JSON.</summary>
    Rehearsed = 21,
}

/// <summary>
/// A message between an edge and its taster: four bytes of length (little-endian, of what follows), a byte of type, the content. Both ends
/// have a limit; what is over it, or of a type that does not belong there, ends the conversation.
/// </summary>
/// <param name="Type">What it is.</param>
/// <param name="Content">Its content.</param>
internal readonly record struct TasterFrame(TasterFrameType Type, ReadOnlyMemory<byte> Content)
{
    /// <summary>What both ends must agree on; they are one program, unless it was replaced while the edge ran.</summary>
    public const byte Version = 2;

    /// <summary>Most bytes of content that a taster sends: a reason.</summary>
    public const int MostAnswerBytes = 4 * 1024;

    /// <summary>The same of a rehearsal's report.</summary>
    public const int MostReportBytes = 64 * 1024;

    private const int HeadBytes = 5;

    /// <summary>Writes a frame.</summary>
    public static async ValueTask WriteAsync(
        Stream output,
        TasterFrameType type,
        ReadOnlyMemory<byte> content,
        CancellationToken cancellationToken
    )
    {
        var bytes = new byte[HeadBytes + content.Length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, content.Length + 1);
        bytes[4] = (byte)type;
        content.CopyTo(bytes.AsMemory(HeadBytes));
        await output.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        await output.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads a frame.</summary>
    /// <param name="input">Where from.</param>
    /// <param name="mostBytes">Most bytes of content.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The frame; null at the end.</returns>
    /// <exception cref="InvalidDataException">What came is no frame; the message says what it is.</exception>
    /// <exception cref="EndOfStreamException">It ends within a frame.</exception>
    public static async ValueTask<TasterFrame?> ReadAsync(Stream input, int mostBytes, CancellationToken cancellationToken)
    {
        var head = new byte[HeadBytes];
        var read = await input.ReadAtLeastAsync(head, HeadBytes, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (read == 0)
        {
            return null;
        }

        if (read < HeadBytes)
        {
            throw new EndOfStreamException();
        }

        var length = LengthOf(head, mostBytes);
        var content = length == 0 ? [] : new byte[length];
        await input.ReadExactlyAsync(content, cancellationToken).ConfigureAwait(false);
        return new TasterFrame((TasterFrameType)head[4], content);
    }

    /// <summary>The same, on a thread that may wait for it.</summary>
    public static TasterFrame? Read(Stream input, int mostBytes)
    {
        var head = new byte[HeadBytes];
        var read = input.ReadAtLeast(head, HeadBytes, throwOnEndOfStream: false);
        if (read == 0)
        {
            return null;
        }

        if (read < HeadBytes)
        {
            throw new EndOfStreamException();
        }

        var content = new byte[LengthOf(head, mostBytes)];
        input.ReadExactly(content);
        return new TasterFrame((TasterFrameType)head[4], content);
    }

    private static int LengthOf(ReadOnlySpan<byte> head, int mostBytes)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(head) - 1;
        return length >= 0 && length <= mostBytes
            ? length
            : throw new InvalidDataException($"a frame states {length} bytes of content; 0 to {mostBytes} are allowed");
    }
}
