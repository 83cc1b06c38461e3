using Holdfast.Cache.Decisions;
using Holdfast.Cache.Exchange;
using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Origins;
using Holdfast.Http.Headers;
using Holdfast.Http.Messages;

namespace Holdfast.Edge.Phases.Cache;

/// <summary>
/// Moves an origin's answer into a fill, at the origin's pace and not at any visitor's. It needs no visitor: the one that asked may leave.
/// </summary>
internal sealed class FillRelay(OriginAnswer answer, CacheFill fill, TimeProvider time)
{
    // Up to here the body may be read on the flow of the request that asked: what is small is here with the head, and stored at once.
    private const int ReadAtOnce = 64 * 1024;

    private readonly long _begun = time.GetTimestamp();
    private long? _unreadSince;

    /// <summary>The trailer fields, once the fill is whole.</summary>
    public HeaderBlock? Trailers { get; private set; }

    /// <summary>How long it took; zero while it is under way.</summary>
    public TimeSpan Elapsed { get; private set; }

    /// <summary>Ends when it is over.</summary>
    public Task Running { get; private set; } = Task.CompletedTask;

    /// <summary>Begins.</summary>
    public void Start() => Running = RunAsync();

    /// <summary>Gives the origin a moment to end.</summary>
    public void Hurry() => answer.Hurry();

    private async Task RunAsync()
    {
        try
        {
            if (await ReadAsync().ConfigureAwait(false))
            {
                Trailers = answer.Trailers;
                Elapsed = time.GetElapsedTime(_begun);

                // Before anybody can have all of it: whoever does and asks again finds the origin's connection idle.
                await answer.DisposeAsync().ConfigureAwait(false);
                await fill.KeepAsync().ConfigureAwait(false);
                fill.Complete();
            }
        }
        finally
        {
            fill.Break((int)EdgeError.EdgeFault);
            await answer.DisposeAsync().ConfigureAwait(false);
        }
    }

    private bool HasGoneUnreadTooLong()
    {
        if (fill.IsRead)
        {
            _unreadSince = null;
            return false;
        }

        _unreadSince ??= time.GetTimestamp();
        return time.GetElapsedTime(_unreadSince.Value) > EdgeLimits.UnreadFillTime;
    }

    // Whether the body is whole.
    private async ValueTask<bool> ReadAsync()
    {
        long read = 0;
        var isOnItsOwn = false;
        while (!answer.IsComplete)
        {
            var piece = await answer.ReadAsync().ConfigureAwait(false);
            if (piece.End)
            {
                return true;
            }

            fill.Append(piece.Data.Span);
            if (piece.Fault != MessageFault.None || fill.Reason == NoCacheReason.Incomplete)
            {
                Elapsed = time.GetElapsedTime(_begun);
                fill.Break((int)(piece.Fault == MessageFault.None ? EdgeError.OriginUnknownError : answer.Error));
                return false;
            }

            if (HasGoneUnreadTooLong())
            {
                fill.Abandon();
            }

            if (!answer.IsComplete && !await fill.SettleAsync().ConfigureAwait(false))
            {
                return false;
            }

            read += piece.Data.Length;
            if (!isOnItsOwn && read >= ReadAtOnce)
            {
                isOnItsOwn = true;
                await Task.Yield();
            }
        }

        return true;
    }
}
