using System.Security.Cryptography;
using Holdfast.Edge.Listening.Admission;
using Holdfast.Edge.Listening.Certificates;
using Holdfast.Edge.Listening.Http2;
using Holdfast.Edge.Listening.ProxyProtocol;
using Holdfast.Edge.Listening.Tls;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Holdfast.Edge.Listening;

/// <summary>
/// Sets up what happens to a connection before its first request: admission, PROXY header, client hello, TLS; then HTTP/2 goes on to Kestrel
/// and everything else to our own codec. One for all listeners of a process, so that its limits hold over all of them.
/// </summary>
internal sealed class EdgeListener
{
    private readonly ConnectionLimits _limits;
    private readonly VisitorHttp2Limits _http2Limits;
    private readonly IServerCertificates _certificates;
    private readonly TimeProvider _time;

    /// <param name="limits">The limits on connections.</param>
    /// <param name="http2Limits">The limits on HTTP/2.</param>
    /// <param name="certificates">Where certificates come from.</param>
    /// <param name="sink">Takes the samples of what went wrong.</param>
    /// <param name="time">The clock.</param>
    public EdgeListener(
        ConnectionLimits limits,
        VisitorHttp2Limits http2Limits,
        IServerCertificates certificates,
        IConnectionEventSink sink,
        TimeProvider time
    )
    {
        _limits = limits;
        _http2Limits = http2Limits;
        _certificates = certificates;
        _time = time;
        Ledger = new ConnectionLedger(limits, sink, time);
        Admission = new ConnectionAdmission(limits, Ledger, new AddressCounters(Seed(), Seed()), time);
    }

    /// <summary>Counts of what became of connections.</summary>
    public ConnectionLedger Ledger { get; }

    /// <summary>Who is let in, and how many are open.</summary>
    public ConnectionAdmission Admission { get; }

    /// <summary>The HTTP/2 connections that Kestrel has.</summary>
    public Http2Connections Http2 { get; } = new();

    /// <summary>Whether HTTP/2 connections that the edge ends wait a moment for the client to go first.</summary>
    public Func<bool> Lingers { get; init; } = static () => false;

    /// <summary>Adds one listener to a server, and hands the server the limits that it keeps itself.</summary>
    /// <param name="server">The server's options, before it starts.</param>
    /// <param name="config">Where and how to listen.</param>
    /// <param name="http1">
    /// Serves a connection that does not speak HTTP/2, from its first decrypted byte until it is done; the connection is closed after that.
    /// </param>
    /// <exception cref="ArgumentException">The configuration has neither an address nor a handle, or both.</exception>
    public void Add(KestrelServerOptions server, ListenerConfig config, ConnectionDelegate http1)
    {
        _http2Limits.ApplyTo(server);
        switch (config)
        {
            case { Handle: { } handle, Address: null }:
                server.ListenHandle(handle, options => Configure(options, config, http1));
                break;
            case { Address: { } address, Handle: null }:
                server.Listen(address, options => Configure(options, config, http1));
                break;
            default:
                throw new ArgumentException("A listener has either an address or a handle.", nameof(config));
        }
    }

    private void Configure(ListenOptions options, ListenerConfig config, ConnectionDelegate http1)
    {
        // Kestrel refuses HTTP/2 beside HTTP/1.1 on a listener whose TLS it does not do itself; its HTTP/1.1 is never reached anyway.
        options.Protocols = config is { Tls: true, Http2: true } ? HttpProtocols.Http2 : HttpProtocols.Http1;

        options.Use(Admission.LimitAll);
        if (config.ProxyProtocolFrom.Count > 0)
        {
            options.Use(new ProxyProtocolMiddleware(config.ProxyProtocolFrom, _limits, Ledger, _time).Use);
        }

        options.Use(Admission.LimitPerAddress);
        if (config.Tls)
        {
            options.Use(new TlsMiddleware(_certificates, config.Http2, _limits, _http2Limits, Ledger, _time) { Lingers = Lingers }.Use);
        }

        options.Use(next =>
            connection =>
                connection.Features.GetRequiredFeature<ConnectionFacts>() is { Alpn: "h2" } facts
                    ? Http2.ServeAsync(connection, facts, next)
                    : http1(connection)
        );
    }

    private static ulong Seed() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
}
