using System.IO.Pipelines;
using Holdfast.Http.Origins;

namespace Holdfast.Edge.Origins;

/// <summary>Carries bytes both ways after a 101, until one side ends.</summary>
internal static class Tunnel
{
    // After the visitor's end came, the origin may still say its last words for this long.
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(10);

    /// <summary>Runs until both directions are over.</summary>
    /// <param name="visitor">The visitor's side.</param>
    /// <param name="origin">The origin's side; what is unread on it goes first.</param>
    /// <param name="idle">How long both may be silent.</param>
    /// <param name="count">Told the bytes of each direction: from the visitor, to the visitor.</param>
    public static async Task RunAsync(IDuplexPipe visitor, OriginConnection origin, TimeSpan idle, Action<long, long> count)
    {
        origin.ReadDeadline.Set(idle);
        var up = UpAsync(visitor.Input, origin, idle, count);
        await DownAsync(visitor.Output, origin, idle, count).ConfigureAwait(false);

        // The origin has ended: the visitor's words have no listener any more.
        visitor.Input.CancelPendingRead();
        origin.Abort();
        await up.ConfigureAwait(false);
    }

    private static async Task UpAsync(PipeReader input, OriginConnection origin, TimeSpan idle, Action<long, long> count)
    {
        try
        {
            while (true)
            {
                var result = await input.ReadAsync(CancellationToken.None).ConfigureAwait(false);
                if (result.IsCanceled)
                {
                    return;
                }

                foreach (var segment in result.Buffer)
                {
                    await origin.WriteAsync(segment).ConfigureAwait(false);
                }

                count(result.Buffer.Length, 0);
                input.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    await origin.ShutdownSendAsync().ConfigureAwait(false);
                    origin.ReadDeadline.Shorten(LastWords);
                    return;
                }

                origin.ReadDeadline.Set(idle);
            }
        }
        catch (Exception e) when (OriginConnection.IsBroken(e))
        {
            origin.Abort();
        }
    }

    private static async Task DownAsync(PipeWriter output, OriginConnection origin, TimeSpan idle, Action<long, long> count)
    {
        try
        {
            while (true)
            {
                if (!origin.HasUnread && await origin.FillAsync(64 * 1024).ConfigureAwait(false) == 0)
                {
                    return;
                }

                origin.ReadDeadline.Set(idle);
                var bytes = origin.Unread;
                var flushed = await output.WriteAsync(bytes, CancellationToken.None).ConfigureAwait(false);
                count(0, bytes.Length);
                origin.Take(bytes.Length);
                if (flushed.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (Exception e) when (OriginConnection.IsBroken(e))
        {
            // One side is gone, and so is the tunnel.
        }
    }
}
