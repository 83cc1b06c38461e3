using Holdfast.Http.Bodies;

namespace Holdfast.Edge.Requests;

/// <summary>A body that is there in one piece.</summary>
internal sealed class KnownBody(ReadOnlyMemory<byte> content) : BodyReader
{
    /// <summary>Bytes of it that were read.</summary>
    public int Read { get; private set; }

    /// <inheritdoc/>
    public override long Length => content.Length;

    /// <inheritdoc/>
    public override bool IsComplete => Read == content.Length;

    /// <inheritdoc/>
    public override ValueTask<BodyPiece> ReadAsync(CancellationToken cancellationToken)
    {
        if (IsComplete)
        {
            return new(BodyPiece.TheEnd);
        }

        Read = content.Length;
        return new(BodyPiece.Of(content));
    }
}
