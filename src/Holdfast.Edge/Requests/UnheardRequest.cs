using System.IO.Pipelines;
using Holdfast.Http.Bodies;
using Holdfast.Http.Headers;
using Holdfast.Http.Messages;

namespace Holdfast.Edge.Requests;

/// <summary>A request without a visitor: what it is answered with goes to nobody.</summary>
internal abstract class UnheardRequest : EdgeRequest
{
    private byte[] _room = [];

    /// <inheritdoc/>
    public override BodyReader Body => NoBody.Instance;

    /// <inheritdoc/>
    public override long BodyBytesRead => 0;

    /// <inheritdoc/>
    public override bool CanSendInterim => false;

    /// <inheritdoc/>
    public override bool CanUpgrade => false;

    /// <inheritdoc/>
    protected override long UnflushedPlain => 0;

    /// <inheritdoc/>
    public override ValueTask SendInterimAsync(ResponseHead interim) => default;

    /// <inheritdoc/>
    protected override void StartPlain(Framing framing, long length) => HasStarted = true;

    /// <inheritdoc/>
    protected override void WritePlain(ReadOnlySpan<byte> bytes) => ResponseBodyBytes += bytes.Length;

    /// <inheritdoc/>
    protected override Memory<byte> GetPlainMemory(int atLeast) => _room.Length >= atLeast ? _room : _room = new byte[atLeast];

    /// <inheritdoc/>
    protected override void AdvancePlain(int count) => ResponseBodyBytes += count;

    /// <inheritdoc/>
    protected override ValueTask<bool> FlushPlainAsync() => new(true);

    /// <inheritdoc/>
    protected override ValueTask EndPlainAsync(HeaderBlock? trailers)
    {
        HasEnded = true;
        return default;
    }

    /// <inheritdoc/>
    public override void Abort() => HasEnded = IsBrokenOff = true;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">Always: it cannot be upgraded.</exception>
    public override ValueTask<PipeReader> AcceptUpgradeAsync() =>
        throw new InvalidOperationException("Nobody is there to speak another protocol.");

    /// <inheritdoc/>
    public override ValueTask<bool> SendUpgradedAsync(ReadOnlyMemory<byte> bytes) => new(false);

    /// <inheritdoc/>
    public override void LimitBody(long most) { }

    /// <inheritdoc/>
    public override void StopReadingBody() { }

    private sealed class NoBody : BodyReader
    {
        public static readonly NoBody Instance = new();

        public override long Length => 0;

        public override bool IsComplete => true;

        public override ValueTask<BodyPiece> ReadAsync(CancellationToken cancellationToken) => new(new BodyPiece { End = true });
    }
}
