namespace Holdfast.Edge.Tests.Soak;

/// <summary>What visitors ask for, and what an origin answers: random, the same for the same seed; legal and illegal mixed.</summary>
/// <param name="random">The lane's own.</param>
/// <param name="host">The lane's own.</param>
/// <param name="alone">Whether nothing else happens at the same time, so that answers may take time and be asked for behind a visitor.</param>
internal sealed class SoakTraffic(Random random, string host, bool alone)
{
    private static readonly string[] Methods = ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "FROB"];

    private static readonly string[] Directives =
    [
        "max-age=0",
        "max-age=1",
        "max-age=5",
        "max-age=10",
        "max-age=60",
        "max-age=3600",
        "max-age=3600",
        "MAX-AGE=10",
        "max-age=\"10\"",
        "max-age=abc",
        "max-age=-1",
        "max-age=1.5",
        "max-age",
        "max-age =10",
        "max-age=99999999999999999999",
        "max-age=007",
        "s-maxage=5",
        "s-maxage=60",
        "no-cache",
        "no-store",
        "private",
        "private=\"X-Secret\"",
        "no-cache=\"x-secret, X-Other\"",
        "private=X-Secret",
        "private=\"\"",
        "must-revalidate",
        "proxy-revalidate",
        "public",
        "public",
        "must-understand",
        "must-understand, no-store",
        "immutable",
        "stale-if-error=60",
        "stale-if-error=5",
        "stale-if-error=0",
        "no-transform",
        "x=\"no-store, max-age=7\"",
        "x=\"a\\\", private\"",
        "x=y=z",
        "no-storey",
        "=max-age=7",
        ",",
        "max-age=10 max-age=5",
        "x=\"never ends, no-store",
    ];

    private static readonly string[] Targeted =
    [
        "max-age=60",
        "max-age=5, must-revalidate",
        "no-store",
        "no-cache",
        "private",
        "max-age=60, private=?0",
        "max-age=\"60\"",
        "max-age=60.0",
        "MAX-AGE=60",
        "max-age=60,",
        "",
        "max-age=60;a=1, s-maxage=10",
        "stale-if-error=30, max-age=1",
        "max-age=?1",
        "max-age=-5",
        "max-age",
        "private=\"X-Secret\", max-age=10",
        "a=(1 2), max-age=30",
    ];

    private static readonly string[] Wishes =
    [
        "no-cache",
        "no-store",
        "max-age=0",
        "max-age=5",
        "max-stale",
        "max-stale=20",
        "min-fresh=5",
        "only-if-cached",
        "no-transform",
        "max-age=abc",
    ];

    private static readonly string[] Encodings = ["gzip", "br", "gzip, br", "br,GZIP", "identity"];

    private static readonly string[] OwnFields =
    [
        "ETag",
        "Last-Modified",
        "Cache-Control",
        "CDN-Cache-Control",
        "Cloudflare-CDN-Cache-Control",
        "Expires",
        "Content-Type",
        "Vary",
        "Set-Cookie",
        "Location",
        "Content-Location",
        "Cache-Tag",
    ];

    private readonly Resource[] _resources = [.. new[] { "/a", "/b?x=1", "/b?x=2", "/c/d.css" }.Select(t => new Resource(t))];
    private int _requests;
    private int _answers;

    /// <summary>Whether a field comes from this origin and nowhere else.</summary>
    public static bool IsOwn(string name) =>
        OwnFields.Contains(name) || (name.StartsWith("X-", StringComparison.Ordinal) && name != "X-Ray-Id");

    /// <summary>One of the targets.</summary>
    public string AnyTarget() => Pick(_resources).Target;

    /// <summary>A visitor's next request.</summary>
    public SoakRequest NextRequest(long now)
    {
        var resource = Pick(_resources);
        var method =
            Chance(9) ? "HEAD"
            : Chance(7) ? Pick(Methods)
            : "GET";
        var fields = new List<(string, string)> { ("X-Request", $"{++_requests}") };
        Maybe(fields, 40, "X-Color", () => Pick("red", "blue", "green"));
        Maybe(fields, 30, "Accept-Encoding", () => Pick(Encodings));
        Maybe(fields, 6, "Authorization", () => "Basic YTpi");
        if (method is "GET" or "HEAD")
        {
            Maybe(
                fields,
                10,
                "If-None-Match",
                () => Pick(resource.StrongTag, resource.WeakTag, "\"other\"", $"\"x\", {resource.StrongTag}", "*")
            );
            Maybe(fields, 6, "If-Modified-Since", () => SoakText.DateOf(Pick(resource.Modified, now, resource.Modified - 1)));
            Maybe(fields, 10, "Cache-Control", () => Pick(Wishes));
            Maybe(fields, 2, "Pragma", () => "no-cache");
            if (method == "GET" && Chance(18))
            {
                fields.Add(
                    (
                        "Range",
                        Pick("bytes=0-4", "bytes=5-", "bytes=3-9", "bytes=-6", "bytes=10-19", "bytes=100000-", "bytes=0-", "bytes=7-3")
                    )
                );
                Maybe(fields, 15, "If-Range", () => Pick(resource.StrongTag, resource.WeakTag));
            }
        }
        else if (method != "OPTIONS")
        {
            fields.Add(("Content-Length", "0"));
        }

        return new SoakRequest(method, host, resource.Target, fields);
    }

    /// <summary>Simultaneous requests for one target, now and then; null otherwise.</summary>
    public List<SoakRequest>? NextBurst()
    {
        if (alone || !Chance(6))
        {
            return null;
        }

        var target = AnyTarget();
        return
        [
            .. Enumerable
                .Range(0, random.Next(2, 6))
                .Select(_ =>
                {
                    var fields = new List<(string, string)> { ("X-Request", $"{++_requests}") };
                    Maybe(fields, 20, "X-Color", () => Pick("red", "blue"));
                    return new SoakRequest("GET", host, target, fields);
                }),
        ];
    }

    /// <summary>The origin's answer to a request; the status and everything else is set in the exchange.</summary>
    public SoakPlan Answer(SoakExchange exchange, long now)
    {
        var request = exchange.Request;
        var resource = _resources.First(r => r.Target == request.Target);
        if (Chance(request.Method is "GET" or "HEAD" or "OPTIONS" ? 15 : 60))
        {
            resource.Change(random, now);
        }

        if (Chance(6))
        {
            return default;
        }

        exchange.Id = $"{++_answers}";
        exchange.Representation = resource.Body;
        exchange.End = resource.Body.Length;
        var fields = new List<(string, string)> { ("X-Answer", exchange.Id) };
        exchange.Status = StatusOf(exchange, resource);
        Describe(exchange, resource, fields, now);
        exchange.Fields = fields;
        var hasBody = exchange.Status is not (204 or 304) && request.Method != "HEAD";
        var framing = hasBody ? Pick(SoakFraming.Length, SoakFraming.Length, SoakFraming.Chunked, SoakFraming.Close) : SoakFraming.None;
        exchange.HasLength = framing == SoakFraming.Length;
        if (framing is SoakFraming.Length or SoakFraming.Chunked && exchange.Body.Length > 1 && Chance(7))
        {
            exchange.CutAfter = random.Next(1, exchange.Body.Length);
        }

        if (framing == SoakFraming.Length)
        {
            fields.Add(("Content-Length", $"{exchange.Body.Length}"));
        }
        else if (request.Method == "HEAD" && exchange.Status is not (204 or 304) && Chance(60))
        {
            fields.Add(("Content-Length", $"{exchange.Representation.Length}"));
        }

        return new SoakPlan(framing, Chance(8), alone && Chance(15) ? random.Next(1, 8) : 0);
    }

    private int StatusOf(SoakExchange exchange, Resource resource)
    {
        var request = exchange.Request;
        if (request.Method is not ("GET" or "HEAD"))
        {
            exchange.Representation = $"{request.Method} {exchange.Id}";
            exchange.End = exchange.Representation.Length;
            return Pick(200, 200, 201, 204, 303, 400, 404, 500);
        }

        if (Chance(9))
        {
            exchange.Representation = $"failed {exchange.Id}";
            exchange.End = exchange.Representation.Length;
            return Pick(500, 502, 503, 504);
        }

        var isConfirmed = request["If-None-Match"] is { } tags
            ? tags != "*" && resource.Style != 4 && tags.Split(", ").Any(t => t == resource.EntityTag)
            : request["If-Modified-Since"] == SoakText.DateOf(resource.Modified);
        if ((isConfirmed && Chance(90)) || ((request["If-None-Match"] ?? request["If-Modified-Since"]) is not null && Chance(5)))
        {
            return 304;
        }

        if (
            request["Range"] is { } range
            && (request["If-Range"] is not { } condition || condition == resource.EntityTag)
            && request.Method == "GET"
            && Chance(75)
            && SoakRange.Of(range, resource.Body.Length) is { Start: >= 0 } part
        )
        {
            (exchange.Start, exchange.End) = part;
            return 206;
        }

        var status = Chance(85) ? 200 : Pick(203, 204, 301, 302, 404, 410, 299, 499, 599, 429, 501, 300, 418);
        if (status != 200)
        {
            exchange.Representation = status == 204 ? "" : $"status {exchange.Id}";
            exchange.End = exchange.Representation.Length;
        }

        return status;
    }

    private void Describe(SoakExchange exchange, Resource resource, List<(string, string)> fields, long now)
    {
        if (!Chance(12))
        {
            fields.Add(("Date", Chance(4) ? "today" : SoakText.DateOf(now + Pick(0, 0, 0, 0, 0, -3, -20, 10))));
        }

        if (exchange.Status is 200 or 206 or 304 or 203)
        {
            Validators(exchange, resource, fields);
        }

        for (var lines = Pick(0, 1, 1, 1, 1, 2); lines > 0; lines--)
        {
            var members = Enumerable.Range(0, Pick(1, 1, 1, 2, 2, 3)).Select(_ => Pick(Directives));
            var line = string.Join(Pick(", ", ",", " , "), members);
            fields.Add(("Cache-Control", alone && Chance(15) ? $"stale-while-revalidate=30, {line}" : line));
        }

        Maybe(fields, 8, "CDN-Cache-Control", () => Pick(Targeted));
        Maybe(fields, 6, "Cloudflare-CDN-Cache-Control", () => Pick(Targeted));
        Maybe(
            fields,
            12,
            "Expires",
            () => Pick("0", "never", SoakText.DateOf(now + 10), SoakText.DateOf(now + 60), SoakText.DateOf(now - 5))
        );
        Maybe(fields, 2, "Expires", () => SoakText.DateOf(now + 60));
        Maybe(fields, 12, "Age", () => Pick("0", "3", "30", "abc", "-1", "5, 9", "1.5", "99999999999"));
        Maybe(
            fields,
            15,
            "Vary",
            () => Pick("X-Color", "Accept-Encoding", "X-Color, Accept-Encoding", "accept-encoding,X-COLOR", "*", ", X-Color", "X Color")
        );
        Maybe(fields, 4, "Set-Cookie", () => $"id={exchange.Id}");
        Maybe(fields, 20, "X-Secret", () => $"secret {exchange.Id}");
        Maybe(fields, 30, "X-Other", () => $"other {exchange.Id}");
        Maybe(fields, 20, "Cache-Tag", () => Pick("t1", "t2, T1", "t3"));
        if (exchange.Status != 304)
        {
            Maybe(fields, 50, "Content-Type", () => Pick("text/plain", "text/css"));
        }

        if (Chance(8))
        {
            fields.Add(("Connection", "X-Hop"));
            fields.Add(("X-Hop", "1"));
        }

        if (exchange.Request.Method is not ("GET" or "HEAD") || exchange.Status is 301 or 302)
        {
            Maybe(fields, 40, "Location", () => Pick(AnyTarget(), $"http://{host}{AnyTarget()}", "http://elsewhere.test/a", "d.css", "//"));
            Maybe(fields, 20, "Content-Location", AnyTarget);
        }

        if (exchange.Status == 206)
        {
            fields.Add(("Content-Range", $"bytes {exchange.Start}-{exchange.End - 1}/{exchange.Representation.Length}"));
        }
    }

    private void Validators(SoakExchange exchange, Resource resource, List<(string, string)> fields)
    {
        if (exchange.Status == 304 && Chance(25))
        {
            // Without its validators it speaks of what it was asked about.
            return;
        }

        if (resource.Style is 0 or 1 or 3)
        {
            fields.Add(("ETag", resource.EntityTag));
        }

        if (resource.Style is 2 or 3)
        {
            fields.Add(("Last-Modified", Chance(3) ? "yesterday" : SoakText.DateOf(resource.Modified)));
        }
    }

    private bool Chance(int percent) => random.Next(100) < percent;

    private T Pick<T>(params T[] all) => all[random.Next(all.Length)];

    private void Maybe(List<(string, string)> fields, int percent, string name, Func<string> value)
    {
        if (Chance(percent))
        {
            fields.Add((name, value()));
        }
    }

    // What lies behind a target. Versions that share a strong validator are the same bytes.
    private sealed class Resource(string target)
    {
        private int _version;

        public string Target => target;

        public int Style { get; private set; }

        public long Modified { get; private set; } = 1_700_000_000;

        public string Body { get; private set; } = $"{target} version 0 of all";

        public string StrongTag => $"\"{target}{_version}\"";

        public string WeakTag => $"W/\"{target}{_version / 2}\"";

        public string EntityTag => Style == 1 ? WeakTag : StrongTag;

        public void Change(Random random, long now)
        {
            _version++;
            Style = random.Next(5);
            Modified = Math.Max(Modified + 1, now - random.Next(500));
            var size = random.Next(40) switch
            {
                0 => 0,
                1 => random.Next(60_000, 80_000),
                _ => random.Next(5, 60),
            };
            var body = $"{target} version {_version} ";
            Body = (body + new string('.', Math.Max(0, size - body.Length)))[..Math.Min(size, Math.Max(size, body.Length))];
        }
    }
}

/// <summary>How an answer's body is marked off.</summary>
internal enum SoakFraming
{
    None,
    Length,
    Chunked,
    Close,
}

/// <summary>How an answer is sent.</summary>
/// <param name="Framing">How its body ends.</param>
/// <param name="HasInterim">Whether a 103 comes before it.</param>
/// <param name="Delay">How many seconds it takes.</param>
internal readonly record struct SoakPlan(SoakFraming Framing, bool HasInterim, int Delay);
