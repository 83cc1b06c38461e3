using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections;

namespace Holdfast.Edge.Listening;

/// <summary>
/// What is known about one connection, found among its features (and so on HTTP/2 and 3 requests too). Filled in by the
/// listener's steps in their order and read-only once the request path has the connection.
/// </summary>
internal sealed class ConnectionFacts
{
    private readonly BaseConnectionContext _connection;
    private AddressText _clientText;
    private int _clientTextLength;

    /// <summary>The facts of a connection that was just accepted: the client is the peer.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="startedAt">When it was accepted, UTC.</param>
    /// <param name="startTimestamp">The same moment as <see cref="TimeProvider.GetTimestamp"/> tells it.</param>
    public ConnectionFacts(BaseConnectionContext connection, DateTimeOffset startedAt, long startTimestamp)
    {
        _connection = connection;
        StartedAt = startedAt;
        StartTimestamp = startTimestamp;
        Peer = Plain(connection.RemoteEndPoint);
        Local = Plain(connection.LocalEndPoint);
        Client = Peer;
    }

    /// <summary>Kestrel's id of the connection, unique in this process.</summary>
    public string ConnectionId => _connection.ConnectionId;

    /// <summary>When the connection was accepted, UTC.</summary>
    public DateTimeOffset StartedAt { get; }

    /// <summary>When the connection was accepted, in <see cref="TimeProvider.GetTimestamp"/>'s units.</summary>
    public long StartTimestamp { get; }

    /// <summary>Who opened the TCP connection: the visitor, or a load balancer that speaks the PROXY protocol. IPv4-mapped addresses are IPv4.</summary>
    public IPEndPoint Peer { get; }

    /// <summary>The visitor: the PROXY header's source where there was one, else <see cref="Peer"/>.</summary>
    public IPEndPoint Client
    {
        get;
        private set
        {
            field = value;
            value.Address.TryFormat(_clientText, out _clientTextLength);
        }
    }

    /// <summary>The address and port that the visitor connected to: the PROXY header's destination where there was one.</summary>
    public IPEndPoint Local { get; private set; }

    /// <summary><see cref="Client"/>'s address as text, in UTF-8, formatted once for all of the connection's requests.</summary>
    public ReadOnlySpan<byte> ClientAddressUtf8 => ((ReadOnlySpan<byte>)_clientText)[.._clientTextLength];

    /// <summary>Whether the visitor's bytes are encrypted: the TLS handshake has succeeded.</summary>
    public bool IsTls { get; private set; }

    /// <summary>The host name of the client hello in lower case without a trailing dot, or null when there was none or it was not a host name.</summary>
    public string? Sni { get; set; }

    /// <summary>The client hello's JA4 fingerprint, or null on a plain connection.</summary>
    public string? Ja4 { get; set; }

    /// <summary><c>TLSv1.2</c> or <c>TLSv1.3</c>, or null on a plain connection.</summary>
    public string? TlsProtocol { get; private set; }

    /// <summary>The cipher suite by its OpenSSL name, those of TLS 1.3 as Cloudflare logs them (<c>AEAD-AES128-GCM-SHA256</c>), or null.</summary>
    public string? TlsCipher { get; private set; }

    /// <summary>The negotiated application protocol, <c>h3</c>, <c>h2</c> or <c>http/1.1</c>, or null when none was.</summary>
    public string? Alpn { get; private set; }

    /// <summary>Takes over what a PROXY header said.</summary>
    public void ProxiedFor(IPEndPoint client, IPEndPoint local)
    {
        Client = Plain(client);
        Local = Plain(local);
    }

    /// <summary>Takes over what the TLS handshake ended in.</summary>
    public void Secured(string protocol, string? cipher, string? alpn)
    {
        IsTls = true;
        TlsProtocol = protocol;
        TlsCipher = cipher;
        Alpn = alpn;
    }

    private static IPEndPoint Plain(EndPoint? endPoint) =>
        endPoint is not IPEndPoint ip ? new IPEndPoint(IPAddress.Any, 0) // a peer that went away before it was asked for its name
        : ip.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(ip.Address.MapToIPv4(), ip.Port)
        : ip;

    /// <summary>Room for the longest address text: an IPv6 address with a scope.</summary>
    [InlineArray(65)]
    private struct AddressText
    {
        private byte _first;
    }
}
