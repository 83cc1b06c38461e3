using System.Net;
using System.Net.Quic;
using Holdfast.Edge.Http2;
using Holdfast.Edge.Listening;
using Holdfast.Edge.Listening.Admission;
using Holdfast.Edge.Listening.Certificates;
using Holdfast.Edge.Listening.Http2;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Holdfast.Edge.Http3;

/// <summary>
/// HTTP/3 over Kestrel's own QUIC transport, beside the TCP listeners and apart from them: what is not there on most machines must not be
/// able to change what is. Kestrel's parts for it are to be had from its services alone, hence a server of its own.
/// </summary>
internal sealed class Http3Server : IAsyncDisposable
{
    /// <summary>Its name in ALPN (RFC 9114 section 3.1).</summary>
    public const string Protocol = "h3";

    private readonly WebApplication _services;
    private readonly IServer _server;

    private Http3Server(WebApplication services)
    {
        _services = services;
        _server = services.Services.GetRequiredService<IServer>();
    }

    /// <summary>Whether this machine can: QUIC comes from libmsquic, which is no part of .NET.</summary>
    public static bool IsSupported => QuicListener.IsSupported;

    /// <summary>Starts it.</summary>
    /// <param name="endPoints">Where to listen, on UDP.</param>
    /// <param name="application">Takes the requests.</param>
    /// <param name="admission">Who is let in.</param>
    /// <param name="certificates">Chooses each handshake's certificate.</param>
    /// <param name="limits">The handshake's deadline.</param>
    /// <param name="requestLimits">What a request may be; the same as over HTTP/2.</param>
    /// <param name="loggers">Where Kestrel's messages go.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <exception cref="IOException">An address is in use.</exception>
    public static async Task<Http3Server> StartAsync(
        IEnumerable<IPEndPoint> endPoints,
        Http2Application application,
        ConnectionAdmission admission,
        IServerCertificates certificates,
        ConnectionLimits limits,
        VisitorHttp2Limits requestLimits,
        ILoggerFactory loggers,
        CancellationToken cancellationToken
    )
    {
        var chooser = new Http3Certificates(certificates);

        // The empty builder reads no files and no environment variables, so that ASPNETCORE_URLS cannot move the listener.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder
            .WebHost.UseKestrelCore()
            .UseKestrelHttpsConfiguration()
            .UseQuic()
            .ConfigureKestrel(kestrel =>
            {
                requestLimits.ApplyTo(kestrel);
                kestrel.RequestHeaderEncodingSelector = static name => name == "Content-Length" ? null : System.Text.Encoding.Latin1;
                kestrel.ResponseHeaderEncodingSelector = static _ => System.Text.Encoding.Latin1;
                foreach (var endPoint in endPoints)
                {
                    kestrel.Listen(endPoint, listen => Configure(listen, endPoint, admission, chooser, limits));
                }
            });
        var server = new Http3Server(builder.Build());
        try
        {
            await server._server.StartAsync(application, cancellationToken).ConfigureAwait(false);
            return server;
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Lets requests in flight end.</summary>
    /// <param name="cancellationToken">Cuts those short that are left.</param>
    public Task StopAsync(CancellationToken cancellationToken) => _server.StopAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private static void Configure(
        ListenOptions listen,
        IPEndPoint endPoint,
        ConnectionAdmission admission,
        Http3Certificates certificates,
        ConnectionLimits limits
    )
    {
        listen.Protocols = HttpProtocols.Http3;
        listen.UseHttps(
            new TlsHandshakeCallbackOptions
            {
                OnConnection = context => certificates.ChooseAsync(context.ClientHelloInfo.ServerName, endPoint, context.CancellationToken),
                HandshakeTimeout = limits.HandshakeTimeout,
            }
        );
        IMultiplexedConnectionBuilder steps = listen;
        steps.Use(admission.LimitAll);
        steps.Use(admission.LimitPerAddress);
        steps.Use(next =>
            connection =>
            {
                var facts = connection.Features.GetRequiredFeature<ConnectionFacts>();
                facts.Secured("TLSv1.3", cipher: null, Protocol);
                return next(new Http3Connection(connection, facts));
            }
        );
    }
}
