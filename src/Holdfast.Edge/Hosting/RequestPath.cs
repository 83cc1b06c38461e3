using System.Collections.Immutable;
using System.Security.Cryptography;
using Holdfast.Cache.Collapsing;
using Holdfast.Edge.Guard;
using Holdfast.Edge.Http3;
using Holdfast.Edge.Origins;
using Holdfast.Edge.Origins.Concurrency;
using Holdfast.Edge.Phases.Cache;
using Holdfast.Edge.Reporting;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Tiers;
using Holdfast.Http.Deadlines;
using Microsoft.Extensions.Logging;

namespace Holdfast.Edge.Hosting;

/// <summary>The way that requests go, from a parsed head to the origin and back.</summary>
internal sealed class RequestPath : IAsyncDisposable
{
    private readonly Http2OriginForwarder _http2;

    /// <summary>Lays the way.</summary>
    /// <param name="options">The edge's options.</param>
    /// <param name="home">Where the edge keeps what is its own.</param>
    /// <param name="instruments">What requests are counted and logged with.</param>
    /// <param name="guard">What guards the modules.</param>
    /// <param name="sweep">The deadlines of connections.</param>
    /// <param name="targets">The connections to origins.</param>
    /// <param name="responses">The cache's stores.</param>
    /// <param name="releases">Zones, and what else comes by releases.</param>
    /// <param name="altService">What tells visitors of HTTP/3, or null.</param>
    public RequestPath(
        EdgeOptions options,
        EdgeHome home,
        EdgeInstruments instruments,
        EdgeGuard guard,
        DeadlineSweep sweep,
        OriginTargets targets,
        StoredResponses responses,
        EdgeReleases releases,
        AltService? altService
    )
    {
        var time = options.Time;
        var forwarded = new ForwardedHeaders(home.Installation, options.Place) { AltService = altService };
        var forwarder = new OriginForwarder(targets, forwarded, options.Limits, time);
        _http2 = new Http2OriginForwarder(targets, forwarded, forwarder, time);
        targets.Forgotten = _http2.Forget;
        var tier = new TierIdentity(
            options.Name,
            home.TierKey,
            BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)),
            () => releases.Purges.Reaching,
            () => releases.Purges.Position
        );
        var origins = new OriginRouter(forwarder, _http2, new OriginQueue(sweep, targets.Events), Upper());
        Observer = new RequestObserver(instruments.Log, instruments.Counters, instruments.Countries, guard, time)
        {
            Account = releases.Account,
        };
        Cache = new CachePhase(
            responses.Memory,
            options.Name,
            origins,
            forwarded,
            sweep,
            options.Limits,
            Observer,
            options.Loggers.CreateLogger<CachePhase>()
        );
        Pipeline = new RequestPipeline(
            releases.Zones,
            origins,
            Cache,
            forwarded,
            new LocalAnswers(options.Name, options.Place, options.StatusPage, forwarded, time),
            options.TrustedUpstreams.IsEmpty ? TrustedUpstreams.None : new TrustedUpstreams(options.TrustedUpstreams),
            tier,
            Observer,
            new EdgePorts(PortOf(options.Http, 80), PortOf(options.Https, 443)),
            time,
            Random.Shared,
            options.Loggers.CreateLogger<RequestPipeline>()
        )
        {
            Sampler = releases.Sampler,
            Account = releases.Account,
        };

        UpperForwarder? Upper()
        {
            if (options.Uppers.IsEmpty)
            {
                return null;
            }

            responses.Memory.Fills.Invalidated = new InvalidatedKeys();
            return new UpperForwarder(
                new UpperEdges(options.Uppers.Select(url => new Upper(url, targets, time, Random.Shared))),
                tier,
                targets,
                forwarded,
                new UpperReports(instruments.Counters),
                time,
                options.Loggers.CreateLogger<UpperForwarder>()
            );
        }
    }

    /// <summary>Where a parsed request goes.</summary>
    public RequestPipeline Pipeline { get; }

    /// <summary>Who sees each request's end.</summary>
    public RequestObserver Observer { get; }

    /// <summary>The cache.</summary>
    public CachePhase Cache { get; }

    /// <summary>Ends what goes on for no visitor, and the connections by HTTP/2.</summary>
    public async ValueTask DisposeAsync()
    {
        await Cache.DisposeAsync().ConfigureAwait(false);
        _http2.Dispose();
    }

    private static int PortOf(ImmutableArray<EdgeSocket> sockets, int otherwise) =>
        sockets.IsEmpty ? otherwise : sockets[0].EndPoint()?.Port ?? otherwise;
}
