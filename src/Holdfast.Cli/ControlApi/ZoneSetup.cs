using System.Net;
using System.Text.Json;
using Holdfast.Cli.Supervision;
using Holdfast.Cli.Terminal;
using Holdfast.Model.Zones;

namespace Holdfast.Cli.ControlApi;

/// <summary>What <c>up --origin</c> does: the catch-all zone gets that origin, and edge-1 serves it before ready is said.</summary>
internal static class ZoneSetup
{
    /// <summary>How long the change may take to reach edge-1; normally well below a second.</summary>
    private static readonly TimeSpan ReachTime = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan AskTime = TimeSpan.FromMilliseconds(50);

    /// <summary>Makes or updates the catch-all zone and waits until edge-1 has it.</summary>
    /// <param name="state">Where control and edge-1 answer.</param>
    /// <param name="token">An admin token.</param>
    /// <param name="origin">The zone's origin.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether edge-1 is known to have it.</returns>
    /// <exception cref="CliFailure">Control refused or does not answer.</exception>
    public static async Task<bool> ServeEveryHostFromAsync(
        RunState state,
        string token,
        OriginUrl origin,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        using var control = new ControlClient(new Uri(state.Control), token);
        var zone = await ZoneApi.PutAsync(control, ZoneName.CatchAll, origin, cancellationToken);
        return await WaitUntilServedAsync(state.Edges[0], zone, time, cancellationToken);
    }

    /// <summary>Waits until an edge of this machine serves what was just saved, so that the next request meets it.</summary>
    /// <param name="edge">The edge, asked on its management listener.</param>
    /// <param name="zone">The zone as control answered it, with its generation.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether the edge is known to serve it; false after five seconds, or when the edge does not answer.</returns>
    public static async Task<bool> WaitUntilServedAsync(
        EdgeUrls edge,
        JsonElement zone,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var (id, generation) = (ZoneApi.Text(zone, "id"), zone.GetProperty("generation").GetInt64());
        using var deadline = new CancellationTokenSource(ReachTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var timer = new PeriodicTimer(AskTime, time);
        try
        {
            do
            {
                using var response = await http.GetAsync($"{edge.Management}/holdfast/state", either.Token);
                if (response.StatusCode == HttpStatusCode.NotFound)
                {
                    return false;
                }

                using var state = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(either.Token));
                if (
                    state
                        .RootElement.GetProperty("releases")
                        .EnumerateArray()
                        .Any(r => r.GetProperty("name").GetString() == id && r.GetProperty("generation").GetInt64() >= generation)
                )
                {
                    return true;
                }
            } while (await timer.WaitForNextTickAsync(either.Token));
        }
        catch (Exception fault)
            when (fault is HttpRequestException || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // The change is safe in control and will arrive; the caller says so.
        }

        return false;
    }
}
