using System.IO.Pipelines;
using Holdfast.Edge.Requests;
using Holdfast.Http.Origins;

namespace Holdfast.Edge.Origins;

/// <summary>Carries bytes both ways after a 101, until one side ends.</summary>
internal static class Tunnel
{
    // After the visitor's end came, the origin may still say its last words for this long.
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(10);

    /// <summary>Runs until both directions are over.</summary>
    /// <param name="request">The request that became the tunnel; it takes what goes to the visitor.</param>
    /// <param name="visitor">What comes from the visitor.</param>
    /// <param name="origin">The origin's side; what is unread on it goes first.</param>
    /// <param name="idle">How long both may be silent.</param>
    public static async Task RunAsync(EdgeRequest request, PipeReader visitor, OriginConnection origin, TimeSpan idle)
    {
        origin.ReadDeadline.Set(idle);
        var up = UpAsync(request, visitor, origin, idle);
        await DownAsync(request, origin, idle).ConfigureAwait(false);

        // The origin has ended: the visitor's words have no listener any more.
        visitor.CancelPendingRead();
        origin.Abort();
        await up.ConfigureAwait(false);
    }

    private static async Task UpAsync(EdgeRequest request, PipeReader input, OriginConnection origin, TimeSpan idle)
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

                request.CountTunnelBytes(result.Buffer.Length, 0);
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

    private static async Task DownAsync(EdgeRequest request, OriginConnection origin, TimeSpan idle)
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
                var stays = await request.SendUpgradedAsync(bytes).ConfigureAwait(false);
                request.CountTunnelBytes(0, bytes.Length);
                origin.Take(bytes.Length);
                if (!stays)
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
