using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Holdfast.Edge.Listening;
using Holdfast.Edge.Listening.Admission;
using Holdfast.Edge.Listening.Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Holdfast.Edge.Tests.Listening;

/// <summary>A bare KestrelServer with one edge listener on loopback, whose HTTP/1.1 codec is a line of text about the connection.</summary>
internal sealed class ListenerHost : IAsyncDisposable
{
    private readonly KestrelServer _server;
    private readonly TemporaryDirectory _directory = new();

    private ListenerHost(ListenerSetup setup)
    {
        Authority = LocalAuthority.Open(_directory.Path, TimeProvider.System, NullLogger<LocalAuthority>.Instance);
        Certificates = new CertificateStore(
            Authority,
            host => new ValueTask<TlsPolicy?>(setup.Policy(host)),
            new TestCertificateSource(),
            TimeProvider.System
        );
        Listener = new EdgeListener(setup.Limits, setup.Certificates ?? Certificates, Sink, setup.Time ?? TimeProvider.System);
        var options = new KestrelServerOptions();
        Listener.Add(options, setup.Config, setup.Http1 ?? AnswerHttp1Async);
        _server = new KestrelServer(
            Options.Create(options),
            new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance),
            NullLoggerFactory.Instance
        );
    }

    public LocalAuthority Authority { get; }

    public CertificateStore Certificates { get; }

    public EdgeListener Listener { get; }

    public ConnectionLedger Ledger => Listener.Ledger;

    public RecordingSink Sink { get; } = new();

    public ConcurrentQueue<ConnectionFacts> Served { get; } = new();

    public int Port { get; private set; }

    /// <summary>What an HTTP/2 request waits for before it is answered.</summary>
    public Task Gate { get; private init; } = Task.CompletedTask;

    /// <summary>Whether an HTTP/2 request's body is read first.</summary>
    public bool ReadsBody { get; private init; }

    public static async Task<ListenerHost> StartAsync(ListenerSetup? setup = null)
    {
        setup ??= new ListenerSetup();
        var host = new ListenerHost(setup) { Gate = setup.Gate, ReadsBody = setup.ReadsBody };
        await host._server.StartAsync(new Application(host), TestContext.Current.CancellationToken);
        host.Port =
            setup.Port
            ?? new Uri(
                host._server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single().Replace("[::]", "localhost")
            ).Port;
        return host;
    }

    public async Task<NetworkStream> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, Port, TestContext.Current.CancellationToken);
        return new NetworkStream(socket, ownsSocket: true) { ReadTimeout = 10_000 };
    }

    /// <summary>What a client reads that sends nothing; one that is reset while it connects reads nothing.</summary>
    public async Task<string> ConnectAndReadAsync()
    {
        try
        {
            await using var client = await ConnectAsync();
            return (await ReadToEndAsync(client)).Replace("<reset>", "");
        }
        catch (SocketException)
        {
            return "";
        }
    }

    public async Task<SslStream> ConnectTlsAsync(SslClientAuthenticationOptions? options = null, byte[]? before = null)
    {
        var stream = await ConnectAsync();
        if (before is not null)
        {
            await stream.WriteAsync(before);
        }

        var tls = new SslStream(stream);
        await tls.AuthenticateAsClientAsync(options ?? Client("example.com"), TestContext.Current.CancellationToken);
        return tls;
    }

    public static SslClientAuthenticationOptions Client(string host, params SslApplicationProtocol[] protocols) =>
        new()
        {
            TargetHost = host,
            ApplicationProtocols = [.. protocols],
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
        };

    /// <summary>Options of a client that trusts the host's local authority and nobody else.</summary>
    public SslClientAuthenticationOptions Trusting(string host) =>
        new()
        {
            TargetHost = host,
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { X509Certificate2.CreateFromPem(Authority.CertificatePem) },
                RevocationMode = X509RevocationMode.NoCheck,
            },
        };

    public static async Task<string> AskAsync(Stream stream)
    {
        await stream.WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        return await ReadToEndAsync(stream);
    }

    /// <summary>Everything until the other side closes, however it does.</summary>
    public static async Task<string> ReadToEndAsync(Stream stream)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var text = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            while (await stream.ReadAsync(buffer, deadline.Token) is var read and > 0)
            {
                text.Append(Encoding.Latin1.GetString(buffer, 0, read));
            }
        }
        catch (IOException)
        {
            text.Append("<reset>");
        }

        return text.ToString();
    }

    /// <summary>Waits until something is so, which it must become within a minute.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Delay(2);
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync();
        await _server.StopAsync(atOnce.Token);
        _server.Dispose();
        _directory.Dispose();
    }

    private async Task AnswerHttp1Async(ConnectionContext connection)
    {
        var facts = connection.Features.GetRequiredFeature<ConnectionFacts>();
        Served.Enqueue(facts);
        var read = await connection.Transport.Input.ReadAsync();
        connection.Transport.Input.AdvanceTo(read.Buffer.End);
        await connection.Transport.Output.WriteAsync(Encoding.ASCII.GetBytes(Describe(facts)));
    }

    private static string Describe(ConnectionFacts facts) =>
        $"client={Encoding.UTF8.GetString(facts.ClientAddressUtf8)} tls={facts.IsTls} sni={facts.Sni} alpn={facts.Alpn}";

    private sealed class Application(ListenerHost host) : IHttpApplication<IFeatureCollection>
    {
        public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

        public void DisposeContext(IFeatureCollection context, Exception? exception) { }

        public async Task ProcessRequestAsync(IFeatureCollection context)
        {
            var facts = context.GetRequiredFeature<ConnectionFacts>();
            host.Served.Enqueue(facts);
            if (host.ReadsBody)
            {
                await context.GetRequiredFeature<IHttpRequestFeature>().Body.CopyToAsync(Stream.Null);
            }

            await host.Gate;
            await context
                .GetRequiredFeature<IHttpResponseBodyFeature>()
                .Writer.WriteAsync(
                    Encoding.ASCII.GetBytes(context.GetRequiredFeature<IHttpRequestFeature>().Scheme + " " + Describe(facts))
                );
        }
    }
}

internal sealed record ListenerSetup
{
    public EdgeLimits Limits { get; init; } = new();

    public ListenerConfig Config { get; init; } = new() { Address = new IPEndPoint(IPAddress.Loopback, 0), Tls = true };

    public Func<string, TlsPolicy?> Policy { get; init; } =
        host => host.EndsWith("example.com", StringComparison.Ordinal) ? new TlsPolicy("zone-1", TlsVersions.Both, true, true) : null;

    public IServerCertificates? Certificates { get; init; }

    public ConnectionDelegate? Http1 { get; init; }

    public TimeProvider? Time { get; init; }

    public Task Gate { get; init; } = Task.CompletedTask;

    public bool ReadsBody { get; init; }

    /// <summary>The port when the server can't tell, because it got a handle.</summary>
    public int? Port { get; init; }
}
