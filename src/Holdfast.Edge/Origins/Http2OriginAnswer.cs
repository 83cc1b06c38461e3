using Holdfast.Edge.ErrorPages;
using Holdfast.Http.Bodies;
using Holdfast.Http.Headers;
using Holdfast.Http.Messages;
using Holdfast.Http.Origins;

namespace Holdfast.Edge.Origins;

/// <summary>An HTTP/2 origin's answer, with its stream.</summary>
internal sealed class Http2OriginAnswer(Http2Exchange exchange, TimeSpan readTimeout) : OriginAnswer
{
    private volatile bool _hurries;

    /// <inheritdoc/>
    public override long Length => exchange.Length;

    /// <summary>Never before its end was read: a stream that is let go of before that is reset, and may have trailers.</summary>
    public override bool IsComplete => false;

    /// <inheritdoc/>
    public override HeaderBlock? Trailers => exchange.Trailers;

    /// <inheritdoc/>
    public override EdgeError Error => OriginForwarder.ErrorOf(Fault);

    private OriginFault Fault { get; set; } = OriginFault.BadAnswer;

    /// <inheritdoc/>
    public override async ValueTask<BodyPiece> ReadAsync()
    {
        try
        {
            if (!_hurries)
            {
                exchange.Timeout.CancelAfter(readTimeout);
            }

            var piece = await exchange.ReadAsync().ConfigureAwait(false);
            if (!_hurries)
            {
                exchange.Timeout.CancelAfter(Timeout.InfiniteTimeSpan);
            }

            return piece;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            Fault = exchange.FaultOf(e, OriginFault.None);
            return BodyPiece.Faulty(MessageFault.CutOff);
        }
    }

    /// <inheritdoc/>
    public override void Hurry()
    {
        _hurries = true;
        try
        {
            exchange.Timeout.CancelAfter(EdgeLimits.GoneVisitorGrace);
        }
        catch (ObjectDisposedException)
        {
            // It ended at the same moment.
        }
    }

    /// <inheritdoc/>
    protected override void Close() => exchange.Dispose();
}
