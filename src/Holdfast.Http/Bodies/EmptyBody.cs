namespace Holdfast.Http.Bodies;

/// <summary>The body of a message that has none.</summary>
public sealed class EmptyBody : BodyReader
{
    private EmptyBody() { }

    /// <summary>The one there is.</summary>
    public static EmptyBody Instance { get; } = new();

    /// <inheritdoc/>
    public override long Length => 0;

    /// <inheritdoc/>
    public override bool IsComplete => true;

    /// <inheritdoc/>
    public override ValueTask<BodyPiece> ReadAsync(CancellationToken cancellationToken) => new(BodyPiece.TheEnd);
}
