using System.Diagnostics.CodeAnalysis;
using System.Net;
using Holdfast.Edge.Geo;
using Holdfast.Edge.Listening;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Zones;
using Holdfast.Http.Bodies;
using Holdfast.Http.Messages;
using Microsoft.AspNetCore.Connections;

namespace Holdfast.Edge.Explaining;

/// <summary>A request made of a sketch, read by the codec that reads visitors' requests.</summary>
internal sealed class ExplainedRequest : UnheardRequest
{
    /// <summary>Of a sketch.</summary>
    /// <exception cref="RequestSketchException">An edge would not take it.</exception>
    [SetsRequiredMembers]
    public ExplainedRequest(RequestSketch sketch, ZoneRuntime zone, CountryCode country, TimeProvider time)
    {
        Connection = new ConnectionFacts(
            new DefaultConnectionContext
            {
                RemoteEndPoint = new IPEndPoint(sketch.Client, 0),
                LocalEndPoint = new IPEndPoint(IPAddress.Loopback, sketch.IsHttps ? 443 : 80),
            },
            sketch.At,
            time.GetTimestamp()
        );
        TakeBuffers();
        var result = RequestHeadParser.TryParse(sketch.Message.Span, Head, MessageLimits.ForVisitors, out var consumed, out var fault);
        if (result != HeadResult.Complete)
        {
            throw new RequestSketchException(
                result == HeadResult.Incomplete ? "its head has no end: an empty line is missing" : $"an edge refuses it: {fault}"
            );
        }

        Head.Version = sketch.Version ?? Head.Version;
        var content = sketch.Message[consumed..];
        Body = new KnownBody(content);
        if (sketch.IsWhole && Head.Framing == Framing.None && !content.IsEmpty)
        {
            throw new RequestSketchException("it has a body, and no Content-Length that says so");
        }

        if (Head.Framing == Framing.Chunked)
        {
            throw new RequestSketchException("its body is in chunks; give it whole, with a Content-Length");
        }

        if (Head.Framing == Framing.Length && sketch.IsWhole && Head.ContentLength != content.Length)
        {
            throw new RequestSketchException($"its Content-Length is {Head.ContentLength}, and its body has {content.Length} bytes");
        }

        var isRay = RayId.TryParse(System.Text.Encoding.ASCII.GetBytes(sketch.Ray ?? ""), out var ray);
        Begin(isRay ? ray : default, sketch.At, time.GetTimestamp());
        Zone = zone;
        ForwardedFor(sketch.Client);
        IsHttps = sketch.IsHttps;
        Locate(country);
    }

    /// <inheritdoc/>
    public override BodyReader Body { get; }

    /// <inheritdoc/>
    public override long BodyBytesRead => 0;
}
