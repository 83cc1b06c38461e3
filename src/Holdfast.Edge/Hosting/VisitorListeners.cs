using System.Collections.Immutable;
using System.Net;
using Holdfast.Edge.Http1;
using Holdfast.Edge.Http2;
using Holdfast.Edge.Http3;
using Holdfast.Edge.Listening;
using Holdfast.Edge.Listening.Accepting;
using Holdfast.Edge.Listening.Certificates;
using Holdfast.Edge.Listening.Http2;
using Holdfast.Edge.Reporting;
using Holdfast.Http.Deadlines;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Holdfast.Edge.Hosting;

/// <summary>Where visitors come in: by HTTP/1.1 to our codec, by HTTP/2 and HTTP/3 through Kestrel.</summary>
internal sealed class VisitorListeners : IAsyncDisposable
{
    private readonly EdgeOptions _options;
    private readonly CertificateStore _certificates;
    private readonly EdgeListener _listener;
    private readonly Http2Application _application;
    private readonly KestrelServer _server;
    private readonly CancellationTokenSource _stop = new();
    private readonly ImmutableArray<IPEndPoint> _http3At;
    private Http3Server? _http3;
    private volatile bool _isLeaving;

    /// <summary>Listeners that do not listen yet.</summary>
    /// <param name="options">Where to listen.</param>
    /// <param name="counters">Where connections are counted.</param>
    /// <param name="certificates">The zones' certificates.</param>
    /// <param name="path">Where requests go.</param>
    /// <param name="sweep">The deadlines of connections.</param>
    /// <param name="isDraining">Whether visitors are to come again by another connection.</param>
    public VisitorListeners(
        EdgeOptions options,
        EdgeCounters counters,
        CertificateStore certificates,
        RequestPath path,
        DeadlineSweep sweep,
        Func<bool> isDraining
    )
    {
        _options = options;
        _certificates = certificates;
        _http3At = Http3EndPoints(options, Http3Server.IsSupported);
        var time = options.Time;
        var draining = () => _isLeaving || isDraining();
        var http1 = new Http1ConnectionHandler(path.Pipeline, options.Limits, sweep) { Stopping = _stop.Token, Draining = draining };
        _listener = new EdgeListener(
            options.Limits,
            certificates,
            new ConnectionReports(counters, options.Loggers.CreateLogger<ConnectionReports>()),
            time
        )
        {
            Lingers = () => _isLeaving,
        };
        _application = new Http2Application(path.Pipeline, options.Limits, time) { Draining = draining };
        var kestrel = new KestrelServerOptions
        {
            AddServerHeader = false,

            // Field values are bytes to us, on HTTP/2 too: what an origin says in them passes.
            // Not so a length: Kestrel fails on a long one that it is to decode first.
            RequestHeaderEncodingSelector = static name => name == "Content-Length" ? null : System.Text.Encoding.Latin1,
            ResponseHeaderEncodingSelector = static _ => System.Text.Encoding.Latin1,
        };
        foreach (var socket in options.Http)
        {
            _listener.Add(kestrel, Listener(socket, tls: false), http1.RunAsync);
        }

        foreach (var socket in options.Https)
        {
            _listener.Add(kestrel, Listener(socket, tls: true), http1.RunAsync);
        }

        var transport = new PatientListenerFactory(options.InlineScheduling, () => _listener.Admission.Open, time, options.Loggers);
        _server = new KestrelServer(
            Options.Create(kestrel),
            options.Transport(transport),
            new KestrelRefusals(
                options.Loggers,
                _listener.Http2,
                (connection, refusal) => RefusedHttp2Request.Record(path.Observer, connection, refusal, time)
            )
        );
    }

    /// <summary>Whether the edge has handed over, and tells its visitors to come by another connection.</summary>
    public bool IsLeaving => _isLeaving;

    /// <summary>Whether the edge has been told to stop.</summary>
    public bool IsStopping => _stop.IsCancellationRequested;

    /// <summary>The addresses, with their true ports, HTTP first, in the order in which they were told.</summary>
    public IReadOnlyCollection<string> Addresses
    {
        get
        {
            // TLS is ours, so Kestrel takes every one for plain.
            var bound = _server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
            return
            [
                .. bound.Select((url, i) => i < _options.Http.Length ? url : url.Replace("http://", "https://", StringComparison.Ordinal)),
            ];
        }
    }

    /// <summary>Where HTTP/3 is spoken: beside the HTTPS listeners that <see cref="EdgeOptions.Http3"/> tells.</summary>
    /// <param name="options">The options.</param>
    /// <param name="supported">Whether this machine can.</param>
    public static ImmutableArray<IPEndPoint> Http3EndPoints(EdgeOptions options, bool supported) =>
        options.Http3 && supported
            ? [.. options.Https.Where(socket => socket.ProxyProtocolFrom.IsEmpty).Select(socket => socket.EndPoint()).OfType<IPEndPoint>()]
            : [];

    /// <summary>What tells visitors of HTTP/3, or null where it is not spoken.</summary>
    public static AltService? AltServiceOf(EdgeOptions options) =>
        Http3EndPoints(options, Http3Server.IsSupported) is { IsEmpty: false } at ? new AltService(at) : null;

    /// <summary>Listens. When it returns, visitors are accepted.</summary>
    /// <exception cref="IOException">An address is in use.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _server.StartAsync(_application, cancellationToken).ConfigureAwait(false);
        if (!_http3At.IsEmpty)
        {
            _http3 = await Http3Server
                .StartAsync(
                    _http3At,
                    _application,
                    _listener.Admission,
                    _certificates,
                    _options.Limits,
                    _options.Loggers,
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
    }

    /// <summary>Closes HTTP/3's socket at once: the process itself has bound it, and a successor needs the address.</summary>
    public async Task LeaveHttp3Async()
    {
        if (_http3 is { } http3)
        {
            _http3 = null;
            await http3.StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
            await http3.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Stops accepting, closes connections that rest, and gives requests in flight this long to end.</summary>
    public async Task StopAsync(TimeSpan drain)
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        using var enough = new CancellationTokenSource(drain);
        await Task.WhenAll(_server.StopAsync(enough.Token), _http3?.StopAsync(enough.Token) ?? Task.CompletedTask).ConfigureAwait(false);
    }

    /// <summary>
    /// Leaves to a successor that accepts by now: visitors learn by their next answer that they are to come again by another connection;
    /// connections that rest are closed a little later.
    /// </summary>
    /// <param name="rest">How long connections may rest.</param>
    /// <param name="most">How long the longest answer may take.</param>
    public async Task LeaveAsync(TimeSpan rest, TimeSpan most)
    {
        _isLeaving = true;
        using var enough = new CancellationTokenSource(most, _options.Time);
        var stopping = _server.StopAsync(enough.Token);
        await Task.WhenAny(stopping, Task.Delay(rest, _options.Time, CancellationToken.None)).ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        await stopping.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_http3 is not null)
        {
            await _http3.DisposeAsync().ConfigureAwait(false);
        }

        _server.Dispose();
        _stop.Dispose();
    }

    private static ListenerConfig Listener(EdgeSocket socket, bool tls) =>
        new()
        {
            Handle = (ulong?)socket.Handle,
            Address = socket.Handle is null ? socket.Address : null,
            Tls = tls,
            ProxyProtocolFrom = socket.ProxyProtocolFrom,
        };
}
