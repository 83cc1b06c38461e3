using System.Buffers;
using System.Collections.Immutable;
using System.Net.Http.Headers;
using Holdfast.Edge.Management;
using Microsoft.Extensions.Logging;

namespace Holdfast.Edge.Reporting;

/// <summary>Where an edge tells how it is.</summary>
/// <param name="Pages">Status pages, http or https, at most <see cref="EvidencePush.MostPages"/>.</param>
/// <param name="Token">What the edge proves itself with there.</param>
internal sealed record EvidenceTargets(ImmutableArray<Uri> Pages, string Token)
{
    /// <summary>No secret.</summary>
    public override string ToString() => string.Join(", ", Pages);
}

/// <summary>
/// Tells status pages every ten seconds what <c>/holdfast/health</c> answers, so that they know of an edge that they cannot reach. Nothing is
/// queued: the counters are since the start, so what a page misses is in the next document. One page that hangs holds up no other.
/// </summary>
internal sealed partial class EvidencePush(
    EvidenceTargets targets,
    IEdgeState state,
    EdgeCounters counters,
    TimeProvider time,
    ILogger<EvidencePush> logger
) : IDisposable
{
    /// <summary>Pages that are told: more than two unrelated hosts nobody has.</summary>
    public const int MostPages = 4;

    /// <summary>The path at a status page.</summary>
    public const string Path = "/v1/evidence";

    /// <summary>From one telling to the next.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly HttpClient _client = new(
        new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = Patience,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        }
    )
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Tells until it is told to stop; at once for the first time.</summary>
    public Task RunAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(targets.Pages.Select(page => RunAsync(new Uri(page, Path), cancellationToken)));

    public void Dispose() => _client.Dispose();

    private async Task RunAsync(Uri page, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        string? problem = null;
        try
        {
            do
            {
                var before = problem;
                problem = await TellAsync(page, cancellationToken).ConfigureAwait(false);
                if (problem is not null && before is null)
                {
                    LogNotTold(page, problem);
                }
                else if (problem is null && before is not null)
                {
                    LogTold(page);
                }
            } while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // Told to stop.
        }
    }

    /// <returns>What was wrong, or null.</returns>
    private async Task<string?> TellAsync(Uri page, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        try
        {
            var document = new ArrayBufferWriter<byte>(4_096);
            HealthJson.Write(state, counters, document);
            using var request = new HttpRequestMessage(HttpMethod.Post, page);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", targets.Token);
            request.Content = new ReadOnlyMemoryContent(document.WrittenMemory);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var response = await _client
                .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token)
                .ConfigureAwait(false);
            return response.IsSuccessStatusCode ? null : FormattableString.Invariant($"status {(int)response.StatusCode}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return FormattableString.Invariant($"no answer within {Patience.TotalSeconds} s");
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // Whatever is wrong with it, visitors are served, and it is tried again.
            return (fault.InnerException ?? fault).Message;
        }
    }

    [LoggerMessage(
        EventId = 1150,
        Level = LogLevel.Warning,
        Message = "The status page at {Page} is not told how this edge is: {Problem}. It is tried again every 10 s."
    )]
    private partial void LogNotTold(Uri page, string problem);

    [LoggerMessage(EventId = 1151, Level = LogLevel.Information, Message = "The status page at {Page} is told again how this edge is.")]
    private partial void LogTold(Uri page);
}
