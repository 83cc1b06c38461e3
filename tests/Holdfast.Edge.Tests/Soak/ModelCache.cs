using Holdfast.Cache.Tests.Reference;

namespace Holdfast.Edge.Tests.Soak;

/// <summary>
/// A shared cache as the standards describe one (RFC 9110, 9111, 9213, 5861, 8246), written for plainness: it keeps every response that the
/// edge may have, and judges each answer of the edge by all of them. What the standards leave open and the documentation settles is
/// demanded too; where neither says what is kept, both are allowed until an answer shows it.
/// </summary>
/// <param name="respects">Whether visitors' own directives count.</param>
internal sealed class ModelCache(bool respects)
{
    private readonly List<ModelEntry> _entries = [];

    // Whether what happens now is one of several things that may have happened.
    private bool _isUnsure;

    /// <summary>What is stored, for messages.</summary>
    public string Describe(string key) => string.Join("\n", _entries.Where(e => e.Key == key).Select(e => $"  {e}"));

    /// <summary>The targets for which more may be stored than so many responses.</summary>
    /// <param name="most">How many.</param>
    public List<string> KeysBeyond(int most) => [.. _entries.CountBy(e => e.Key).Where(k => k.Value > most).Select(k => k.Key)];

    /// <summary>Forgets what a purge takes.</summary>
    public void Purge(Func<ModelEntry, bool> takes) => _entries.RemoveAll(e => takes(e));

    /// <summary>Whether the edge will answer from the store and ask the origin behind it.</summary>
    public bool WillRevalidateBehind(SoakRequest request, long now) =>
        request.Method is "GET" or "HEAD"
        && Usable(request) is var usable
        && usable.Exists(e => e.IsCertain)
        && usable.TrueForAll(e => e.FreshFor(now) <= 0 && e.MayServe(request, respects, now) && e.IsAtHand(request, now));

    /// <summary>Judges what became of a request, and keeps what is stored by it.</summary>
    public void Visit(SoakRequest request, List<SoakExchange> exchanges, SoakReply reply, long begun, long now)
    {
        if (request.Method is not ("GET" or "HEAD"))
        {
            // What changes nothing may be sent again when a connection that had served before was closed.
            var mayRepeat = request.Method == "OPTIONS" && exchanges.Count > 1 && exchanges[0].IsClosed;
            Require(exchanges.Count == (mayRepeat ? 2 : 1), "it is passed on once");
            PassThrough(request, exchanges[^1], reply);
            Invalidate(request, exchanges[^1]);
            return;
        }

        var usable = Usable(request);
        if (reply["CF-Cache-Status"] == "UPDATING")
        {
            var served = FromStore(request, reply, usable, begun);
            Require(served.Exists(e => e.MayServeWhileRevalidating(begun)), "it may not be served while it is revalidated");
            Require(exchanges.Count > 0, "nobody revalidates it");
            var behind = request with { Method = "GET", Fields = [.. request.Fields.Where(f => !IsOwnCondition(f.Name))] };
            Explain(behind, served, exchanges, null, now);
            return;
        }

        if (exchanges.Count == 0)
        {
            if (reply.Status == 504 && reply["X-Answer"] is null)
            {
                Require(request["Cache-Control"]?.Contains("only-if-cached", StringComparison.Ordinal) == true, "it is no answer");
                Require(!MustServe(request, usable, begun), "it was stored");
                return;
            }

            FromStore(request, reply, usable, begun);
            return;
        }

        Require(!MustServe(request, usable, begun), "the origin was asked for what is stored");
        Explain(request, usable, exchanges, reply, now);
    }

    /// <summary>Judges simultaneous requests for one target.</summary>
    public void VisitTogether(List<(SoakRequest Request, SoakReply Reply)> visits, List<SoakExchange> exchanges, long now)
    {
        var key = visits[0].Request.Key;
        var burst = new ModelBurst([.. _entries.Where(e => e.Key == key)], exchanges, respects, now);
        visits.ForEach(v => burst.Judge(v.Request, v.Reply));
        foreach (var entry in _entries.Where(e => e.Key == key))
        {
            entry.IsCertain = false;
        }

        // What of a body that broke off is kept as a part is asked for like the rest.
        var known = _entries.Select(e => e.ToString()).ToHashSet();
        _entries.AddRange(burst.After.Where(e => known.Add(e.ToString())));
    }

    // Those that may answer: every match that no match that is certainly there is newer than (RFC 9111 section 4).
    private List<ModelEntry> Usable(SoakRequest request)
    {
        var matching = _entries.Where(e => e.Key == request.Key && e.Selects(request)).ToList();
        var newest = matching.Where(e => e.IsCertain).Select(e => e.Response.Date).DefaultIfEmpty(long.MinValue).Max();
        return [.. matching.Where(e => e.Response.Date >= newest)];
    }

    private bool MustServe(SoakRequest request, List<ModelEntry> usable, long now) =>
        usable.Exists(e => e.IsCertain) && usable.TrueForAll(e => e.MayServe(request, respects, now) && e.IsAtHand(request, now));

    private List<ModelEntry> FromStore(SoakRequest request, SoakReply reply, List<ModelEntry> usable, long now)
    {
        List<string> reasons = [];
        List<ModelEntry> matching = [];
        foreach (var entry in usable)
        {
            var reason =
                !entry.MayServe(request, respects, now) ? "may not be served"
                : !entry.IsAtHand(request, now) ? "has not the bytes"
                : Difference(entry, request, reply, now);
            if (reason is null)
            {
                matching.Add(entry);
            }

            reasons.Add($"{entry.Id}: {reason}");
        }

        if (matching.Count == 0)
        {
            throw new SoakException($"nothing stored gives this answer ({string.Join("; ", reasons)})");
        }

        // An answer that only one can have given has shown that it is there, and nothing else in its place.
        if (matching.Count == 1)
        {
            matching[0].IsCertain = true;
            _entries.RemoveAll(e => e != matching[0] && e.Key == matching[0].Key && e.SlotKey == matching[0].SlotKey);
        }

        return matching;
    }

    // Tries what the edge may have had stored when it asked the origin.
    private void Explain(SoakRequest request, List<ModelEntry> usable, List<SoakExchange> exchanges, SoakReply? reply, long now)
    {
        List<ModelEntry?> tries = [.. usable];
        if (!usable.Exists(e => e.IsCertain))
        {
            tries.Add(null);
        }

        List<string> reasons = [];
        List<Action<ModelCache>> effects = [];
        foreach (var stored in tries)
        {
            try
            {
                effects.Add(new ModelForward(request, stored, exchanges, reply, now).Judge());
            }
            catch (SoakException e)
            {
                reasons.Add($"with {stored?.Id ?? "nothing"} stored: {e.Message}");
            }
        }

        if (effects.Count == 0)
        {
            throw new SoakException(string.Join("; ", reasons));
        }

        _isUnsure = effects.Count > 1;
        effects.ForEach(e => e(this));
        _isUnsure = false;
    }

    /// <summary>How the reuse of an entry differs from an answer; null when it does not.</summary>
    public static string? Difference(ModelEntry entry, SoakRequest request, SoakReply reply, long now)
    {
        var range = entry.RangeOf(request);
        var (status, body) =
            entry.IsNotModified(request, now) ? (304, "")
            : range is (-1, _) ? (416, "")
            : range is { } part ? (206, entry.Body[part.Start..part.End])
            : (entry.Status, entry.Body);
        if (request.Method == "HEAD" || status == 204)
        {
            body = "";
        }

        if (reply.Status != status || reply.Body != body || reply.IsCut)
        {
            return $"it is {status} with {body.Length} bytes '{body[..Math.Min(40, body.Length)]}'";
        }

        var expectedRange =
            status == 206 ? $"bytes {range!.Value.Start}-{range.Value.End - 1}/{entry.Body.Length}"
            : status == 416 ? $"bytes */{entry.Body.Length}"
            : null;
        if (reply["Content-Range"] != expectedRange)
        {
            return $"Content-Range is {expectedRange}";
        }

        if (reply["Age"] != $"{entry.AgeAt(now)}")
        {
            return $"Age is {entry.AgeAt(now)}";
        }

        var sent = entry.Sent.ToList();
        string[] left = status switch
        {
            304 => entry.Response.EntityTag is null ? ["Content-Type"] : ["Content-Type", "Last-Modified"],
            416 => ["Content-Type"],
            _ => [],
        };
        foreach (var name in sent.Select(f => f.Name).Concat(reply.Fields.Select(f => f.Name).Where(SoakTraffic.IsOwn)).Distinct())
        {
            var expected = left.Contains(name) ? null : ReferenceFields.Joined(sent, name);
            if (reply[name] != expected)
            {
                return $"{name} is {expected}";
            }
        }

        return null;
    }

    /// <summary>Judges an answer of the origin's that goes on to the visitor.</summary>
    public static void PassThrough(SoakRequest request, SoakExchange answer, SoakReply reply)
    {
        if (answer.IsClosed)
        {
            Require(reply.Status == 520 && reply["X-Answer"] is null, "the origin gave no answer");
            return;
        }

        var isWhole = answer.CutAfter < 0 || request.Method == "HEAD";
        var body = request.Method == "HEAD" || answer.Status is 204 or 304 ? "" : answer.Body;
        Require(reply.Status == answer.Status, $"the origin answered {answer.Status}");
        Require(reply.IsCut == !isWhole, isWhole ? "the origin's answer was whole" : "the origin's answer was cut off");
        Require(isWhole ? reply.Body == body : body.StartsWith(reply.Body, StringComparison.Ordinal), "the body is another");
        foreach (var name in reply.Fields.Select(f => f.Name).Concat(answer.Fields.Select(f => f.Name)).Where(SoakTraffic.IsOwn).Distinct())
        {
            var expected = name is "Cloudflare-CDN-Cache-Control" or "Cache-Tag" or "X-Hop"
                ? null
                : ReferenceFields.Joined(answer.Fields, name);
            Require(reply[name] == expected, $"the origin's {name} was {expected}");
        }
    }

    /// <summary>Keeps a response, or forgets what it shows to be of no use any more.</summary>
    public void Store(SoakRequest request, SoakExchange answer, ModelEntry? replaced)
    {
        var response = answer.Response;
        var verdict = response.Storability(request["Authorization"] is not null);
        var has = new bool[answer.Representation.Length];
        var end = answer.CutAfter < 0 ? answer.End : answer.Start + answer.CutAfter;
        Array.Fill(has, true, answer.Start, end - answer.Start);
        if (verdict == ReferenceStorability.Forbidden || answer.Status == 304 || ForbidsStoring(request))
        {
            if (replaced is not null && answer.Status < 500)
            {
                replaced.IsCertain = false;
            }

            return;
        }

        if (verdict == ReferenceStorability.Allowed && replaced is not null && answer.Status < 500)
        {
            replaced.IsCertain = false;
        }

        var selecting = ModelEntry.SelectingOf(response, request);
        var made = new ModelEntry
        {
            Key = request.Key,
            Response = response,
            Selecting = selecting,
            Body = answer.Representation,
            Has = has,
        };
        var present = _entries.Where(e => e.Key == made.Key && e.SlotKey == made.SlotKey).ToList();
        if (has.All(h => h) && answer.CutAfter < 0)
        {
            // Of what was stored of the same version, a part that is a whole by itself may leave the fields that it has not (RFC 9111 section
            // 3.4), or nothing.
            var joined = answer.Status == 206 ? present.Where(e => IsSameVersion(e, made)).Select(e => Joined(e, made)).ToList() : [];
            Put(made, verdict == ReferenceStorability.Expected && joined.Count == 0);
            joined.ForEach(e => Put(e, isCertain: false));
            return;
        }

        if (
            answer.CutAfter >= 0
            && ((!answer.HasLength && answer.Status != 206) || end == answer.Start || !ModelEntry.HasStrongValidator(response))
        )
        {
            // Of a 206 that is cut off like this, and of a 200, nothing stays.
            return;
        }

        // A part stands beside what is there, or in its place (RFC 9111 section 3.4). The fields of a part take the place of those with their
        // names; those of a whole that broke off, of all (RFC 9110 section 15.3.7.3).
        var isCertain =
            verdict == ReferenceStorability.Expected && answer.CutAfter < 0 && present.Count <= 1 && present.TrueForAll(e => e.IsCertain);
        var mayBeAlone = !present.Exists(e => e.IsCertain);
        foreach (var other in present)
        {
            Put(IsSameVersion(other, made) ? Joined(other, made) : made, isCertain);
        }

        if (mayBeAlone)
        {
            Put(made, isCertain && present.Count == 0);
        }
    }

    private static bool IsSameVersion(ModelEntry one, ModelEntry other) =>
        ModelEntry.IsSameStrongly(one.Response, other.Response) && one.Body.Length == other.Body.Length;

    private static ModelEntry Joined(ModelEntry before, ModelEntry part) =>
        new()
        {
            Key = part.Key,
            Response = part.Response.Status == 206 ? before.With(part.Response) : part.Response,
            Selecting = part.Selecting,
            Body = part.Body,
            Has = [.. part.Has.Zip(before.Has, (a, b) => a || b)],
        };

    /// <summary>Puts a response in the place of another one that it is an update of.</summary>
    public void Update(ModelEntry stored, SoakRequest request, ReferenceResponse response)
    {
        var updated = new ModelEntry
        {
            Key = stored.Key,
            Response = response,
            Selecting = ReferenceFields.Lines(response.Fields, "Vary").Any(ReferenceResponse.IsStar)
                ? stored.Selecting
                : ModelEntry.SelectingOf(response, request),
            Body = stored.Body,
            Has = stored.Has,
        };
        Remove(stored);
        var verdict = response.Storability(request["Authorization"] is not null);
        if (verdict != ReferenceStorability.Forbidden)
        {
            Put(updated, verdict == ReferenceStorability.Expected && !ForbidsStoring(request) && !_isUnsure);
        }
    }

    public void Remove(ModelEntry entry)
    {
        entry.IsCertain = false;
        if (!_isUnsure)
        {
            _entries.Remove(entry);
        }
    }

    private void Put(ModelEntry entry, bool isCertain)
    {
        foreach (var other in _entries.Where(e => e.Key == entry.Key && e.SlotKey == entry.SlotKey).ToList())
        {
            other.IsCertain = false;
            if (isCertain)
            {
                _entries.Remove(other);
            }
        }

        // What may be there in several ways is there once: else it would double with every part that joins it.
        _entries.RemoveAll(e => e.Key == entry.Key && e.SlotKey == entry.SlotKey && e.IsSame(entry));
        entry.IsCertain = isCertain;
        _entries.Add(entry);
    }

    // RFC 9111 section 4.4.
    private void Invalidate(SoakRequest request, SoakExchange answer)
    {
        if (request.Method == "OPTIONS" || answer.IsClosed || answer.Status is < 200 or > 399)
        {
            return;
        }

        _entries.RemoveAll(e => e.Key == request.Key);
        foreach (
            var reference in new[] { "Location", "Content-Location" }.Select(n => ReferenceFields.Joined(answer.Fields, n)).OfType<string>()
        )
        {
            if (Uri.TryCreate(new Uri($"http://{request.Host}{request.Target}"), reference, out var to) && to.Scheme == "http")
            {
                _entries.RemoveAll(e => e.Key == to.Authority + to.PathAndQuery);
            }
        }
    }

    private bool ForbidsStoring(SoakRequest request) =>
        respects && ReferenceDirectives.OfCacheControl(ReferenceFields.Lines(request.Fields, "Cache-Control")).Names.Contains("no-store");

    private static bool IsOwnCondition(string name) => name is "If-None-Match" or "If-Modified-Since" or "Range" or "If-Range";

    private static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new SoakException(what);
        }
    }
}
