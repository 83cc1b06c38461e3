using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text;
using Holdfast.Edge.Listening;
using Holdfast.Edge.Requests;
using Holdfast.Http.Bodies;
using Holdfast.Http.Messages;
using Microsoft.AspNetCore.Connections;

namespace Holdfast.Edge.Releases.Tasting;

/// <summary>A request that no visitor has made, to see what a candidate does with one.</summary>
internal sealed class SyntheticRequest : UnheardRequest
{
    private readonly KnownBody _body;

    /// <summary>A request as the codec would have read it.</summary>
    [SetsRequiredMembers]
    public SyntheticRequest(SyntheticVisit visit, string host, RayId ray, TimeProvider time)
    {
        var context = new DefaultConnectionContext
        {
            RemoteEndPoint = new IPEndPoint(IPAddress.Parse(visit.Address), 50_000),
            LocalEndPoint = new IPEndPoint(visit.Address.Contains(':') ? IPAddress.IPv6Loopback : IPAddress.Loopback, 443),
        };
        Connection = new ConnectionFacts(context, time.GetUtcNow(), time.GetTimestamp());
        if (visit.IsHttps)
        {
            Connection.Secured("TLSv1.3", "AEAD-AES128-GCM-SHA256", "http/1.1");
        }

        _body = new KnownBody(Encoding.ASCII.GetBytes(visit.Body));
        TakeBuffers();
        Head.Clear();
        Head.SetLine(
            Encoding.ASCII.GetBytes(visit.Method),
            Encoding.ASCII.GetBytes(visit.Target),
            Encoding.ASCII.GetBytes(host),
            TargetForm.Origin
        );
        Head.Version = 11;
        Head.KeepAlive = true;
        Head.Framing = visit.Body.Length > 0 ? Framing.Length : Framing.None;
        Head.ContentLength = visit.Body.Length;
        Head.Headers.Clear();
        Head.Headers.Add("Host"u8, Encoding.ASCII.GetBytes(host));
        foreach (var (name, value) in visit.Fields)
        {
            Head.Headers.Add(Encoding.ASCII.GetBytes(name), Encoding.Latin1.GetBytes(value));
        }

        if (visit.Body.Length > 0)
        {
            var length = visit.Body.Length.ToString(CultureInfo.InvariantCulture);
            Head.Headers.Add("Content-Length"u8, Encoding.ASCII.GetBytes(length));
        }

        Begin(ray, time.GetUtcNow(), time.GetTimestamp());
    }

    /// <inheritdoc/>
    public override BodyReader Body => _body;

    /// <inheritdoc/>
    public override long BodyBytesRead => _body.Read;
}

/// <summary>What a synthetic visitor asks for.</summary>
internal sealed record SyntheticVisit(string Method, string Target, bool IsHttps, string Address, params (string, string)[] Fields)
{
    /// <summary>The body, ASCII; empty for none.</summary>
    public string Body { get; init; } = "";

    /// <summary>
    /// The visits that every zone gets: a page, a file that is cached and then answered from the cache, a form, the plain port, and one that
    /// is as odd as the codec lets through.
    /// </summary>
    public static IReadOnlyList<SyntheticVisit> All { get; } =
    [
        new(
            "GET",
            "/",
            true,
            "192.0.2.1",
            ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
            ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8"),
            ("Accept-Encoding", "gzip, deflate, br, zstd"),
            ("Accept-Language", "en-GB,en;q=0.5"),
            ("Cookie", "session=0123456789abcdef; theme=dark"),
            ("Referer", "https://www.example.com/")
        ),
        new("GET", "/assets/app.css?v=1&theme=dark", true, "2001:db8::1", ("Accept-Encoding", "br"), ("If-None-Match", "\"0\"")),
        new("GET", "/assets/app.css?v=1&theme=dark", true, "192.0.2.2", ("Range", "bytes=0-3")),
        new("POST", "/login", true, "192.0.2.3", ("Content-Type", "application/x-www-form-urlencoded"))
        {
            Body = "user=alice&password=hunter2&note=%3Cscript%3E",
        },
        new("HEAD", "/index.html", false, "192.0.2.4", ("X-Forwarded-For", "198.51.100.7")),
        new(
            "GET",
            "/a//b/%2e%2e/%00/%ff;x?=&q=1%20OR%201%3D1&q=%f0%28&q",
            false,
            "2001:db8::2",
            ("User-Agent", ""),
            ("Cookie", "=; ;;a=\"b"),
            ("X-Odd", "\u00ff\u00fe"),
            ("Accept", "*/*;q=9")
        ),
    ];
}
