using System.Net;
using Holdfast.Drills.Fleets;

namespace Holdfast.Drills.Visitors;

/// <summary>Somebody at one edge: connections that are kept, as a browser's, and an eye for whether an answer is the right one.</summary>
internal sealed class Visitor : IDisposable
{
    /// <summary>How long a visitor waits before the request counts as lost.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly HttpMessageInvoker client = new(
        new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
        }
    );
    private readonly Uri edge;

    /// <param name="port">The edge's port on 127.0.0.1.</param>
    public Visitor(int port) => edge = new Uri($"http://127.0.0.1:{port}");

    /// <summary>Asks for a page.</summary>
    /// <param name="host">The site.</param>
    /// <param name="path">The path, with a query if there is one.</param>
    /// <param name="cancellationToken">The drill is over.</param>
    /// <returns>What came of it; never a fault.</returns>
    public async Task<Visit> AskAsync(string host, string path, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(edge, path));
        request.Headers.Host = host;
        try
        {
            using var response = await client.SendAsync(request, patience.Token);
            var body = await response.Content.ReadAsStringAsync(patience.Token);
            var question = path.IndexOf('?', StringComparison.Ordinal);
            var right =
                response.StatusCode == HttpStatusCode.OK && body == DrillOrigin.BodyOf(host, question < 0 ? path : path[..question]);
            return new Visit((int)response.StatusCode, right, right ? null : $"{(int)response.StatusCode}")
            {
                CacheStatus = response.Headers.TryGetValues("CF-Cache-Status", out var status) ? status.First() : null,
                HasServerTiming = response.Headers.Contains("Server-Timing"),
                Location = response.Headers.Location?.OriginalString,
            };
        }
        catch (OperationCanceledException)
        {
            return cancellationToken.IsCancellationRequested
                ? Visit.Unfinished
                : new Visit(0, false, $"no answer within {Patience.TotalSeconds:0} s");
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            return new Visit(0, false, (fault.InnerException ?? fault).Message);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();
}

/// <summary>What came of a request.</summary>
/// <param name="Status">The status; 0 without an answer.</param>
/// <param name="Right">Whether it is the answer that the site's origin gives.</param>
/// <param name="Trouble">What was wrong; null when it was right.</param>
internal readonly record struct Visit(int Status, bool Right, string? Trouble)
{
    /// <summary><c>CF-Cache-Status</c>; null without.</summary>
    public string? CacheStatus { get; init; }

    /// <summary>Whether there is <c>Server-Timing</c>, which a zone's setting adds.</summary>
    public bool HasServerTiming { get; init; }

    /// <summary><c>Location</c>; null without.</summary>
    public string? Location { get; init; }

    /// <summary>The drill was over before the answer came: neither right nor lost.</summary>
    public static Visit Unfinished => new(-1, false, null);
}
