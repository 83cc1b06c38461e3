using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;
using Holdfast.Edge.Geo;
using Holdfast.Edge.Listening;
using Holdfast.Edge.Requests;
using Holdfast.Http.Bodies;
using Holdfast.Http.Messages;
using Microsoft.AspNetCore.Connections;

namespace Holdfast.Edge.Rehearsing;

/// <summary>A sampled request that is made once more, read by the codec that reads visitors' requests. Its answer goes to nobody.</summary>
internal sealed class ReplayedRequest : UnheardRequest
{
    private readonly KnownBody _body;

    [SetsRequiredMembers]
    private ReplayedRequest(RequestSample sample, TimeProvider time)
    {
        Connection = new ConnectionFacts(
            new DefaultConnectionContext
            {
                RemoteEndPoint = new IPEndPoint(sample.Client, 50_000),
                LocalEndPoint = new IPEndPoint(sample.IsToIpv6 ? IPAddress.IPv6Loopback : IPAddress.Loopback, sample.IsHttps ? 443 : 80),
            },
            sample.At,
            time.GetTimestamp()
        )
        {
            Ja4 = Some(sample.Tls.Ja4),
        };
        if (sample.IsHttps)
        {
            Connection.Secured(
                sample.Tls.Protocol.Length > 0 ? sample.Tls.Protocol : "TLSv1.3",
                Some(sample.Tls.Cipher),
                Some(sample.Tls.Alpn)
            );
        }

        SampledCountry = CountryCode.Of(sample.Country);
        _body = new KnownBody(sample.Body);
        TakeBuffers();
    }

    /// <summary>Where its visitor was said to be.</summary>
    public CountryCode SampledCountry { get; }

    /// <inheritdoc/>
    public override BodyReader Body => _body;

    /// <inheritdoc/>
    public override long BodyBytesRead => _body.Read;

    /// <summary>Makes it; null when its head cannot be read any more.</summary>
    public static ReplayedRequest? Of(RequestSample sample, TimeProvider time)
    {
        var request = new ReplayedRequest(sample, time);
        var head = request.Head;
        if (
            RequestHeadParser.TryParse(sample.Head.Span, head, MessageLimits.ForVisitors, out _, out _) != HeadResult.Complete
            || head.Framing != Framing.None
        )
        {
            request.GiveBuffers();
            return null;
        }

        head.Version = sample.HttpVersion;
        if (!sample.Body.IsEmpty)
        {
            head.Framing = Framing.Length;
            head.ContentLength = sample.Body.Length;
            head.Headers.Add(
                "Content-Length"u8,
                Encoding.ASCII.GetBytes(sample.Body.Length.ToString(System.Globalization.CultureInfo.InvariantCulture))
            );
        }

        _ = RayId.TryParse(Encoding.ASCII.GetBytes(sample.Ray), out var ray);
        request.Begin(ray, sample.At, time.GetTimestamp());
        return request;
    }

    private static string? Some(string text) => text.Length > 0 ? text : null;
}
