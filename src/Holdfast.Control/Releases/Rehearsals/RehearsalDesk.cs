using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Artifacts;
using Holdfast.Control.Envelope;
using Holdfast.Model.Releases.Rehearsals;
using Holdfast.Model.Uplink;
using Holdfast.Releases.Rehearsals;

namespace Holdfast.Control.Releases.Rehearsals;

/// <summary>
/// Asks edges to rehearse what is proposed, and waits for what they report. Up to three are asked, because one may have few requests of the zone;
/// the answer is the report over the most requests. Nothing of it is kept but the edges' records. Safe to use from several threads.
/// </summary>
internal sealed class RehearsalDesk(ReleaseSignal signal, TimeProvider time)
{
    /// <summary>Most rehearsals at one time; one more is told to come again.</summary>
    public const int Most = 16;

    /// <summary>Most rehearsals of one credential at one time.</summary>
    public const int MostOfOne = 2;

    /// <summary>Who asks for releases before their first wave; no credential is called so.</summary>
    public const string Waves = "waves";

    private const int MostEdges = 3;

    /// <summary>How long an edge may take: starting a taster, and a thousand requests on either side.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // The others are not waited for much longer than the first.
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, int> _followers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Pending> _pending = new(StringComparer.Ordinal);

    /// <summary>What a change may treat otherwise before a person has to say that it is wanted.</summary>
    public RehearsalLimits Limits { get; init; } = new();

    /// <summary>An edge can be asked until what is returned is disposed of.</summary>
    public IDisposable Follows(string node)
    {
        _followers.AddOrUpdate(node, 1, static (_, count) => count + 1);
        return new Follower(this, node);
    }

    /// <summary>What an edge is to rehearse.</summary>
    public IEnumerable<RehearsalOrder> For(string node) =>
        _pending.Values.Where(pending => pending.Edges.Contains(node)).Select(pending => pending.Order);

    /// <summary>Takes in what an edge has sent.</summary>
    public void Take(string node, IEnumerable<UplinkRecord> batch)
    {
        foreach (var record in batch.Where(record => record.Type == UplinkRecordTypes.ReleaseRehearsed))
        {
            if (RehearsalCodec.Decode(record.Body) is { } report && _pending.TryGetValue(report.Id, out var pending))
            {
                pending.Take(node, report);
            }
        }
    }

    /// <summary>A report as it is kept: without the requests that are its examples, which only who asked for it is to see.</summary>
    /// <param name="body">A record's body, whatever it holds; one that is no report of this build's is kept empty.</param>
    public static JsonObject Kept(JsonElement body) =>
        RehearsalCodec.Decode(body) is { } report
            ? RehearsalCodec.Encode(report with { Changes = [.. report.Changes.Select(static change => change with { Examples = [] })] })
            : [];

    /// <summary>Has an artifact rehearsed.</summary>
    /// <param name="proposed">The artifact.</param>
    /// <param name="asker">The id of the credential that asks.</param>
    /// <param name="cancellationToken">Gives up; the edges are not asked any more.</param>
    /// <exception cref="ApiException">There is no edge to do it, none answered in time, or too many rehearsals are under way.</exception>
    public async Task<RehearsalAnswer> AskAsync(ProposedArtifact proposed, string asker, CancellationToken cancellationToken)
    {
        // Not always the same ones: which zones an edge has visitors of is chance.
        var edges = _followers.Keys.OrderBy(static _ => Random.Shared.Next()).Take(MostEdges).ToHashSet(StringComparer.Ordinal);
        if (edges.Count == 0)
        {
            throw new ApiException(
                409,
                new ApiError(
                    ErrorCodes.Conflict,
                    "no edge follows that rehearses: none is alive, or edge.request_samples is off on all; nothing can be said of the change"
                )
            );
        }

        var order = new RehearsalOrder(ArtifactId.New(), proposed.Kind, proposed.Name, proposed.FormatVersion, proposed.Payload);
        var pending = new Pending(order, edges, asker);
        lock (_pending)
        {
            if (_pending.Count >= Most)
            {
                throw ApiException.Busy($"{Most} rehearsals are under way");
            }

            if (asker != Waves && _pending.Values.Count(other => other.Asker == asker) >= MostOfOne)
            {
                throw ApiException.Busy($"{MostOfOne} rehearsals that this credential has asked for are under way");
            }

            _pending[order.Id] = pending;
        }

        try
        {
            signal.Wake();
            await WaitAsync(pending.First, Patience, cancellationToken).ConfigureAwait(false);
            await WaitAsync(pending.All, Rest, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _pending.TryRemove(pending.Order.Id, out _);
        }

        return pending.Best
            ?? throw new ApiException(
                409,
                new ApiError(
                    ErrorCodes.Conflict,
                    $"none of {edges.Count} edges reported within {Patience.TotalSeconds:F0} s; nothing can be said of the change"
                )
            );
    }

    private async Task WaitAsync(Task task, TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            await task.WaitAsync(limit, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Whoever has answered has answered.
        }
    }

    private void Leave(string node)
    {
        var left = _followers.AddOrUpdate(node, 0, static (_, count) => count - 1);
        if (left <= 0)
        {
            _followers.TryRemove(KeyValuePair.Create(node, left));
        }
    }

    private sealed class Follower(RehearsalDesk desk, string node) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
            {
                desk.Leave(node);
            }
        }
    }

    private sealed class Pending(RehearsalOrder order, HashSet<string> edges, string asker)
    {
        private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Dictionary<string, RehearsalReport> _reports = new(StringComparer.Ordinal);

        public RehearsalOrder Order => order;

        public string Asker => asker;

        public IReadOnlySet<string> Edges => edges;

        public Task First => _first.Task;

        public Task All => _all.Task;

        public RehearsalAnswer? Best
        {
            get
            {
                lock (_reports)
                {
                    // One that could not use what is proposed says more than one that had nothing to rehearse it with.
                    return _reports
                        .OrderByDescending(report => report.Value.Requests)
                        .ThenBy(report => report.Value.IsUnable)
                        .ThenBy(report => report.Key, StringComparer.Ordinal)
                        .Select(report => new RehearsalAnswer(report.Value, report.Key, _reports.Count))
                        .FirstOrDefault();
                }
            }
        }

        public void Take(string node, RehearsalReport report)
        {
            lock (_reports)
            {
                if (!edges.Contains(node))
                {
                    return;
                }

                _reports[node] = report;
                if (!report.IsUnable)
                {
                    _first.TrySetResult();
                }

                if (_reports.Count == edges.Count)
                {
                    _first.TrySetResult();
                    _all.TrySetResult();
                }
            }
        }
    }
}

/// <summary>What came of a rehearsal.</summary>
/// <param name="Report">The report over the most requests.</param>
/// <param name="Node">The edge that made it.</param>
/// <param name="Edges">How many edges have reported.</param>
internal sealed record RehearsalAnswer(RehearsalReport Report, string Node, int Edges);
