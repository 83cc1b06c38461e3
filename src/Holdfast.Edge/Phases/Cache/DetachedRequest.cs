using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using Holdfast.Edge.Requests;
using Holdfast.Http.Bodies;
using Holdfast.Http.Headers;
using Holdfast.Http.Messages;

namespace Holdfast.Edge.Phases.Cache;

/// <summary>
/// A GET that the cache makes in the name of a visitor who has been answered already. What the origin says goes to nobody; the cache
/// reads it along.
/// </summary>
internal sealed class DetachedRequest : EdgeRequest
{
    private byte[] _room = [];

    /// <summary>With the fields of a visitor's request, which are as the visitor sent them.</summary>
    [SetsRequiredMembers]
    public DetachedRequest(EdgeRequest visitor, TimeProvider time)
    {
        Connection = visitor.Connection;
        TakeBuffers();
        Head.Clear();
        Head.SetLine("GET"u8, visitor.ForwardTarget, visitor.Head.Host, visitor.Head.Form);
        Head.Version = visitor.Head.Version;
        Head.Framing = Framing.None;
        Head.Headers.CopyFrom(visitor.Head.Headers);
        Begin(visitor.Ray, time.GetUtcNow(), time.GetTimestamp());
        TakeVisitorOf(visitor);
        Target = visitor.Target;
        CachePolicy = visitor.CachePolicy;
        Route = visitor.Route;
        SetCacheKey(visitor.HasKeyQuery ? (ReadOnlyMemory<byte>?)visitor.KeyQuery.ToArray() : null, visitor.KeySuffix.ToArray());
    }

    /// <inheritdoc/>
    public override BodyReader Body { get; } = new NoBody();

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
        throw new InvalidOperationException("A GET of the cache is not upgraded.");

    /// <inheritdoc/>
    public override ValueTask<bool> SendUpgradedAsync(ReadOnlyMemory<byte> bytes) => new(false);

    /// <inheritdoc/>
    public override void LimitBody(long most) { }

    /// <inheritdoc/>
    public override void StopReadingBody() { }

    private sealed class NoBody : BodyReader
    {
        public override long Length => 0;

        public override bool IsComplete => true;

        public override ValueTask<BodyPiece> ReadAsync(CancellationToken cancellationToken) => new(new BodyPiece { End = true });
    }
}
