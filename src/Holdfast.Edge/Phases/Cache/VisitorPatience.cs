using Holdfast.Cache.Collapsing;
using Holdfast.Edge.Requests;

namespace Holdfast.Edge.Phases.Cache;

/// <summary>
/// Waits for what comes next of a fill, and gives up a moment after the visitor has gone: the fill goes on, but nobody need hold the
/// visitor's connection for it.
/// </summary>
internal struct VisitorPatience(EdgeRequest request)
{
    private CancellationTokenSource? _gone;

    /// <summary>The next piece; empty at the reader's end, or when the visitor has gone.</summary>
    public ValueTask<ReadOnlyMemory<byte>> NextAsync(FillReader reader) =>
        WaitAsync(request, reader, _gone ??= new CancellationTokenSource());

    private static async ValueTask<ReadOnlyMemory<byte>> WaitAsync(EdgeRequest request, FillReader reader, CancellationTokenSource gone)
    {
        request.Use(gone);
        try
        {
            return await reader.NextAsync(gone.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return default;
        }
        finally
        {
            request.ReleaseExchange();
            gone.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }
}
