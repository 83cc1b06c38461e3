using System.Buffers;
using System.Net;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Zones;
using Holdfast.Http.Bodies;
using Holdfast.Http.Headers;

namespace Holdfast.Edge.Rehearsing;

/// <summary>
/// A request that is being sampled: its head was taken down as the visitor sent it, before any phase changed it, and the beginning of its body
/// is taken down as it flows by. Belongs to its request until that ends.
/// </summary>
internal sealed class PendingSample : BodyReader
{
    private readonly ArrayBufferWriter<byte> _head = new(2048);
    private readonly BodyReader? _body;
    private readonly byte[] _taken = [];
    private readonly bool _isJson;
    private readonly string _zone;
    private readonly string _ray;
    private readonly DateTimeOffset _at;
    private readonly IPAddress _client;
    private readonly string _country;
    private readonly bool _isHttps;
    private readonly bool _isToIpv6;
    private readonly int _version;
    private readonly (string, string, string, string) _tls;
    private int _length;

    /// <summary>Takes a request down.</summary>
    /// <param name="request">The request; its zone and its visitor are known.</param>
    /// <param name="zone">Its zone.</param>
    /// <param name="mostBody">Most bytes of its body.</param>
    public PendingSample(EdgeRequest request, ZoneRuntime zone, int mostBody)
    {
        var connection = request.Connection;
        _zone = zone.Config.Id;
        _ray = request.Ray.ToString();
        _at = request.StartedAt;
        _client = request.ClientAddress;
        _country = request.Country.ToString();
        _isHttps = request.IsHttps;
        _isToIpv6 = connection.Local.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        _version = request.Head.Version;
        _tls = (connection.TlsProtocol ?? "", connection.TlsCipher ?? "", connection.Alpn ?? "", connection.Ja4 ?? "");
        SampleMask.WriteHead(request.Head, _head);
        if (
            request.Head.Framing != Http.Messages.Framing.None
            && request.Head.Headers.TryGet(KnownHeader.ContentType, out var type)
            && SampleMask.IsKept(type, EncodingOf(request.Head.Headers), out _isJson)
        )
        {
            _body = request.Body;
            _taken = new byte[mostBody];
        }
    }

    /// <summary>The body to read in the place of the request's, or null when nothing of it is kept.</summary>
    public BodyReader? Tap => _body is null ? null : this;

    /// <inheritdoc/>
    public override long Length => _body!.Length;

    /// <inheritdoc/>
    public override bool IsComplete => _body!.IsComplete;

    /// <inheritdoc/>
    public override HeaderBlock? Trailers => _body!.Trailers;

    /// <inheritdoc/>
    public override ValueTask<BodyPiece> ReadAsync(CancellationToken cancellationToken)
    {
        var reading = _body!.ReadAsync(cancellationToken);
        return reading.IsCompletedSuccessfully ? new ValueTask<BodyPiece>(Take(reading.Result)) : TakeAsync(reading);
    }

    /// <summary>What there is of it.</summary>
    public RequestSample End() =>
        new()
        {
            Zone = _zone,
            Ray = _ray,
            At = _at,
            Client = _client,
            Country = _country,
            IsHttps = _isHttps,
            IsToIpv6 = _isToIpv6,
            HttpVersion = _version,
            Tls = _tls,
            Head = _head.WrittenMemory,
            Body = SampleMask.Body(_taken.AsSpan(0, _length), _isJson),
        };

    private static ReadOnlySpan<byte> EncodingOf(HeaderBlock headers) =>
        headers.TryGet(KnownHeader.ContentEncoding, out var encoding) ? encoding : default;

    private async ValueTask<BodyPiece> TakeAsync(ValueTask<BodyPiece> reading) => Take(await reading.ConfigureAwait(false));

    private BodyPiece Take(BodyPiece piece)
    {
        var fits = Math.Min(piece.Data.Length, _taken.Length - _length);
        piece.Data.Span[..fits].CopyTo(_taken.AsSpan(_length));
        _length += fits;
        return piece;
    }
}
