using Holdfast.Cache.Tests.Reference;

namespace Holdfast.Edge.Tests.Soak;

/// <summary>A response that the model of a cache holds. Times are seconds.</summary>
internal sealed class ModelEntry
{
    // RFC 9111 section 3.1, and what is written anew with every answer.
    private static readonly string[] NeverStored =
    [
        "Age",
        "Connection",
        "Content-Length",
        "Keep-Alive",
        "Proxy-Connection",
        "Transfer-Encoding",
        "Upgrade",
        "X-Hop",
    ];

    // Thirty days after it became stale, as the documentation says.
    private const long LongestDisconnected = 30 * 24 * 3600;

    public required string Key { get; init; }

    public required ReferenceResponse Response { get; init; }

    /// <summary>The request's fields that select it, as its Vary names them.</summary>
    public required IReadOnlyList<(string Name, string? Value)> Selecting { get; init; }

    /// <summary>The whole body, of which <see cref="Has"/> says what is there.</summary>
    public required string Body { get; init; }

    public required bool[] Has { get; init; }

    /// <summary>Whether the cache must have it; otherwise it may.</summary>
    public bool IsCertain { get; set; }

    public int Status => Response.Status == 206 ? 200 : Response.Status;

    public string? Id => ReferenceFields.Joined(Response.Fields, "X-Answer");

    public string SlotKey => string.Join("|", Selecting.Select(s => $"{s.Name}={s.Value ?? "(none)"}"));

    /// <summary>Whether it is the same response in every respect.</summary>
    public bool IsSame(ModelEntry other) =>
        Body == other.Body
        && Has.AsSpan().SequenceEqual(other.Has)
        && (Response.Status, Response.Requested, Response.Received)
            == (other.Response.Status, other.Response.Requested, other.Response.Received)
        && Response.Fields.SequenceEqual(other.Response.Fields);

    public long FreshFor(long now) => (Response.Lifetime?.Seconds ?? 0) - AgeAt(now);

    public long AgeAt(long now) => Response.InitialAge + now - Response.Received;

    /// <summary>The fields that are kept; Date is the time of receipt when it came without one (RFC 9110 section 6.6.1).</summary>
    private IEnumerable<(string Name, string Value)> Kept
    {
        get
        {
            var hasDate = ReferenceFields.Date(Response.Fields, "Date", Response.Received) is not null;
            var kept = Response
                .Fields.Where(f => !NeverStored.Contains(f.Name, StringComparer.OrdinalIgnoreCase))
                .Where(f => !Response.Directives.FieldNames.Contains(f.Name.ToLowerInvariant()))
                .Where(f => f.Name != "Content-Range" && (hasDate || f.Name != "Date"));
            return hasDate ? kept : kept.Append(("Date", SoakText.DateOf(Response.Received)));
        }
    }

    /// <summary>The fields that a reuse has; those for the edge alone stay there.</summary>
    public IEnumerable<(string Name, string Value)> Sent => Kept.Where(f => f.Name is not ("Cache-Tag" or "Cloudflare-CDN-Cache-Control"));

    public bool Selects(SoakRequest request) => Selecting.All(s => Normal(request, s.Name) == s.Value);

    /// <summary>What a response's Vary selects from a request (RFC 9111 section 4.1).</summary>
    public static List<(string, string?)> SelectingOf(ReferenceResponse response, SoakRequest request) =>
        [
            .. ReferenceFields
                .Lines(response.Fields, "Vary")
                .SelectMany(l => ReferenceFields.Members(l, out _))
                .Select(name => (name.ToLowerInvariant(), Normal(request, name))),
        ];

    /// <summary>What may be done without asking the origin.</summary>
    public bool MayServe(SoakRequest request, bool respects, long now)
    {
        if (Response.IsAlwaysRevalidated)
        {
            return false;
        }

        var freshFor = FreshFor(now);
        if (respects)
        {
            var wish = ReferenceDirectives.OfCacheControl(ReferenceFields.Lines(request.Fields, "Cache-Control"));
            var isImmutable = Response.Directives.Names.Contains("immutable") && freshFor > 0;
            if (
                wish.Names.Contains("no-cache")
                || (request["Cache-Control"] is null && request["Pragma"] == "no-cache")
                || (wish.Names.Contains("max-age") && AgeAt(now) > wish.Of("max-age") && !isImmutable)
                || (wish.Seconds.TryGetValue("min-fresh", out var least) && least >= 0 && freshFor < least)
            )
            {
                return false;
            }

            if (freshFor <= 0 && !Response.IsNeverStale && wish.Seconds.TryGetValue("max-stale", out var most) && -freshFor <= most)
            {
                return true;
            }
        }

        return freshFor > 0 || MayServeWhileRevalidating(now);
    }

    /// <summary>RFC 5861 section 3.</summary>
    public bool MayServeWhileRevalidating(long now) =>
        !Response.IsNeverStale && Response.Directives.Of("stale-while-revalidate") is > 0 and var most && -FreshFor(now) <= most;

    /// <summary>RFC 9111 section 4.2.4: the origin cannot be reached.</summary>
    public bool MayServeDisconnected(long now) =>
        !Response.IsNeverStale && !Response.IsNotForErrors && -FreshFor(now) <= LongestDisconnected;

    /// <summary>RFC 5861 section 4.</summary>
    public bool MayServeInsteadOf(int status, long now) =>
        status is 500 or 502 or 503 or 504
        && MayServeDisconnected(now)
        && Response.Directives.Of("stale-if-error") is > 0 and var most
        && -FreshFor(now) <= most;

    /// <summary>Whether the visitor has it already (RFC 9110 section 13.2.2).</summary>
    public bool IsNotModified(SoakRequest request, long now) => IsNotModified(Response with { Status = Status }, request, now);

    public static bool IsNotModified(ReferenceResponse response, SoakRequest request, long now)
    {
        if (response.Status is < 200 or > 299)
        {
            return false;
        }

        if (request["If-None-Match"] is { } tags)
        {
            return tags == "*" || tags.Split(", ").Any(t => Opaque(t) == Opaque(response.EntityTag ?? "none"));
        }

        return request["If-Modified-Since"] is { } since
            && ReferenceFields.Date(since, now) is { } date
            && (response.LastModified ?? response.Date) <= date;
    }

    /// <summary>The bytes that a request asks for, the last one not with them; null for the whole, -1 when there are none.</summary>
    public (int Start, int End)? RangeOf(SoakRequest request)
    {
        if (request.Method != "GET" || request["Range"] is not { } range || Status != 200)
        {
            return null;
        }

        if (
            request["If-Range"] is { } condition
            && (condition.StartsWith("W/", StringComparison.Ordinal) || condition != Response.EntityTag)
        )
        {
            return null;
        }

        return SoakRange.Of(range, Body.Length);
    }

    public bool IsAtHand(SoakRequest request, long now)
    {
        if (Has.All(h => h) || request.Method == "HEAD" || IsNotModified(request, now))
        {
            return true;
        }

        return RangeOf(request) is { } range && (range.Start < 0 || Has[range.Start..range.End].All(h => h));
    }

    /// <summary>The same strong validator (RFC 9110 section 8.8.1), so that parts may be put together.</summary>
    public static bool IsSameStrongly(ReferenceResponse one, ReferenceResponse other) =>
        one.EntityTag is not null || other.EntityTag is not null
            ? one.EntityTag == other.EntityTag && !one.EntityTag!.StartsWith("W/", StringComparison.Ordinal)
            : HasStrongDate(one) && HasStrongDate(other) && one.LastModified == other.LastModified;

    public static bool HasStrongValidator(ReferenceResponse response) =>
        response.EntityTag is { } tag ? !tag.StartsWith("W/", StringComparison.Ordinal) : HasStrongDate(response);

    /// <summary>Whether a 304 speaks of it (RFC 9111 section 4.3.4).</summary>
    public bool IsMeantBy(ReferenceResponse update) =>
        update.EntityTag is { } tag
            ? Opaque(tag) == Opaque(Response.EntityTag ?? "none")
            : update.LastModified is null || Response.LastModified is null || update.LastModified == Response.LastModified;

    /// <summary>What it becomes with the fields of another response (RFC 9111 section 3.2).</summary>
    public ReferenceResponse With(ReferenceResponse update)
    {
        string[] kept = ["Content-Encoding", "Content-Range", "Content-Length", "Connection", "X-Hop", "Transfer-Encoding"];
        bool Replaces(string name) => !kept.Contains(name, StringComparer.OrdinalIgnoreCase);
        var updated = update.Fields.Where(f => Replaces(f.Name)).ToList();
        var stays = Kept.Where(f => f.Name != "Date" && !updated.Any(u => u.Name.Equals(f.Name, StringComparison.OrdinalIgnoreCase)));
        return new ReferenceResponse(Status, [.. stays, .. updated], update.Requested, update.Received);
    }

    private static bool HasStrongDate(ReferenceResponse response) => response.LastModified is { } date && response.Date - date >= 60;

    private static string Opaque(string tag) => tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..] : tag;

    // Spellings of the same mean the same: the members of Accept-Encoding stand in no order.
    private static string? Normal(SoakRequest request, string name)
    {
        var value = request[name];
        return value is null || !name.Equals("Accept-Encoding", StringComparison.OrdinalIgnoreCase)
            ? value
            : string.Join(",", value.ToLowerInvariant().Split(',').Select(m => m.Trim()).Order(StringComparer.Ordinal));
    }

    public override string ToString() =>
        $"{Id} {Status} {SlotKey} {(IsCertain ? "certain" : "perhaps")} received {Response.Received} initially {Response.InitialAge} lifetime {Response.Lifetime} has {Has.Count(h => h)} of {Has.Length}: {SoakText.Of(Response.Fields)}";
}

/// <summary>Ranges with one part (RFC 9110 section 14.1.2).</summary>
internal static class SoakRange
{
    /// <summary>First byte, and the one behind the last; null for what is no range, and -1 when it has no byte.</summary>
    public static (int Start, int End)? Of(string range, int length)
    {
        var parts = range["bytes=".Length..].Split('-');
        if (parts[0].Length == 0)
        {
            var suffix = Math.Min(int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture), length);
            return suffix == 0 ? (-1, -1) : (length - suffix, length);
        }

        var start = int.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture);
        var end = parts[1].Length == 0 ? int.MaxValue - 1 : int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture);
        return end < start ? null
            : start >= length ? (-1, -1)
            : (start, Math.Min(end + 1, length));
    }
}
