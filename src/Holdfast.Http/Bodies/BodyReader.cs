using Holdfast.Http.Headers;
using Holdfast.Http.Messages;

namespace Holdfast.Http.Bodies;

/// <summary>A message's body as it arrives. One reader at a time.</summary>
public abstract class BodyReader
{
    /// <summary>
    /// The next piece of content. Its memory is valid until the next call. After the piece with <see cref="BodyPiece.End"/> or a fault
    /// there are no more.
    /// </summary>
    /// <param name="cancellationToken">Gives up waiting; the body can't be read on after that.</param>
    public abstract ValueTask<BodyPiece> ReadAsync(CancellationToken cancellationToken);

    /// <summary>The content's length in bytes when it is known before, otherwise -1.</summary>
    public abstract long Length { get; }

    /// <summary>Whether the body's end was reached: the connection behind it stands at the next message.</summary>
    public abstract bool IsComplete { get; }

    /// <summary>The trailer fields, once the end was reached; null when there are none.</summary>
    public virtual HeaderBlock? Trailers => null;
}

/// <summary>What a read of a body brought.</summary>
/// <param name="Data">Content; empty at the end and with a fault.</param>
/// <param name="End">Whether the body is over.</param>
/// <param name="Fault">Why it can't be read on, or <see cref="MessageFault.None"/>.</param>
public readonly record struct BodyPiece(ReadOnlyMemory<byte> Data, bool End, MessageFault Fault)
{
    /// <summary>The end of a body.</summary>
    public static BodyPiece TheEnd { get; } = new(default, true, MessageFault.None);

    /// <summary>A piece of content.</summary>
    public static BodyPiece Of(ReadOnlyMemory<byte> data) => new(data, false, MessageFault.None);

    /// <summary>A body that can't be read on.</summary>
    public static BodyPiece Faulty(MessageFault fault) => new(default, false, fault);
}
