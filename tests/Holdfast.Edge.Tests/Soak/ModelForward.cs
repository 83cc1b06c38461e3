using Holdfast.Cache.Tests.Reference;

namespace Holdfast.Edge.Tests.Soak;

/// <summary>Judges a request that the origin was asked for, if this was stored then.</summary>
/// <param name="Request">The visitor's.</param>
/// <param name="Stored">What was selected; null for nothing.</param>
/// <param name="Exchanges">What the origin saw, and answered.</param>
/// <param name="Reply">What the visitor got; null when it has been answered before.</param>
/// <param name="Now">When it was answered, seconds since 1970.</param>
internal sealed record ModelForward(SoakRequest Request, ModelEntry? Stored, List<SoakExchange> Exchanges, SoakReply? Reply, long Now)
{
    /// <summary>Judges it.</summary>
    /// <returns>What it changes in the store.</returns>
    /// <exception cref="SoakException">It cannot have been so.</exception>
    public Action<ModelCache> Judge()
    {
        var begun = Exchanges[0].Requested;
        var isBehind = Reply is null;

        // Without the bytes that are asked for it is as if nothing were stored; what comes joins it.
        var stored = Stored is not null && (isBehind || Stored.IsAtHand(Request, begun)) ? Stored : null;
        var revalidates = stored is not null && Request.Method == "GET";
        CheckConditions(Exchanges[0], revalidates ? stored : null, asTheVisitor: !revalidates);
        var next = 0;
        var answer = Exchanges[next++];
        if (answer.IsClosed && stored?.MayServeDisconnected(answer.Received) == true)
        {
            Require(next == Exchanges.Count, "the origin is not asked again when something stored can be served");
            ServeStored(stored, "STALE");
            return Nothing;
        }

        if (answer.IsClosed && next < Exchanges.Count)
        {
            answer = Exchanges[next++];
        }

        if (revalidates && answer is { IsClosed: false, Status: 304 })
        {
            if (stored!.IsMeantBy(answer.Response))
            {
                var merged = stored.With(answer.Response);
                var after = new ModelEntry
                {
                    Key = stored.Key,
                    Response = merged,
                    Selecting = stored.Selecting,
                    Body = stored.Body,
                    Has = stored.Has,
                };
                Action<ModelCache> update = cache => cache.Update(stored, Request, merged);
                return isBehind || after.IsAtHand(Request, answer.Received)
                    ? Confirmed(after, next, update)
                    : AskedForTheRest(next, update);
            }

            Require(next < Exchanges.Count, "a 304 about something else makes the edge ask again");
            CheckConditions(Exchanges[next], null, asTheVisitor: false);
            answer = Exchanges[next++];
            revalidates = false;
            if (answer.IsClosed && stored.MayServeDisconnected(answer.Received))
            {
                Require(next == Exchanges.Count, "the origin is not asked again when something stored can be served");
                ServeStored(stored, "STALE");
                return Nothing;
            }

            if (answer.IsClosed && next < Exchanges.Count)
            {
                answer = Exchanges[next++];
            }
        }

        Require(next == Exchanges.Count, "the origin was asked too often");
        if (answer.IsClosed)
        {
            Pass(answer);
            return Nothing;
        }

        if (stored?.MayServeInsteadOf(answer.Status, answer.Received) == true)
        {
            ServeStored(stored, "STALE");
            return Nothing;
        }

        var isNewToTheVisitor = !(
            revalidates
            && answer.Response.Storability(Request["Authorization"] is not null) != ReferenceStorability.Forbidden
            && ModelEntry.IsNotModified(answer.Response, Request, Now)
        );
        if (isNewToTheVisitor || Reply?.Status != 304)
        {
            Require(isNewToTheVisitor || Reply is null || revalidates, "the visitor's condition was not judged");
            Pass(answer);
        }

        return Request.Method == "GET" ? cache => cache.Store(Request, answer, stored) : cache => UpdateByHead(cache, answer, stored);
    }

    private Action<ModelCache> Confirmed(ModelEntry after, int next, Action<ModelCache> update)
    {
        Require(next == Exchanges.Count, "the origin is not asked again after a 304");
        ServeStored(after, "REVALIDATED");
        return update;
    }

    // With the fields that a part has now, the visitor's conditions are judged otherwise, and too little of it is there.
    private Action<ModelCache> AskedForTheRest(int next, Action<ModelCache> update)
    {
        Require(next < Exchanges.Count, "what of a confirmed part is missing has to be asked for");
        CheckConditions(Exchanges[next], null, asTheVisitor: false);
        var answer = Exchanges[next++];
        if (answer.IsClosed && next < Exchanges.Count)
        {
            answer = Exchanges[next++];
        }

        Require(next == Exchanges.Count, "the origin was asked too often");
        Pass(answer);
        return answer.IsClosed
            ? update
            : cache =>
            {
                update(cache);
                cache.Store(Request, answer, null);
            };
    }

    private static void Nothing(ModelCache cache) { }

    // RFC 9111 section 4.3.5.
    private void UpdateByHead(ModelCache cache, SoakExchange answer, ModelEntry? stored)
    {
        if (stored is null || answer.Status is < 200 or > 299)
        {
            return;
        }

        var update = answer.Response;
        var length = ReferenceFields.Joined(answer.Fields, "Content-Length");
        var agrees =
            answer.Status == stored.Status
            && (length is null || length == $"{stored.Body.Length}")
            && (update.EntityTag is null || stored.Response.EntityTag is null || update.EntityTag == stored.Response.EntityTag)
            && (update.LastModified is null || stored.Response.LastModified is null || update.LastModified == stored.Response.LastModified);
        if (agrees)
        {
            cache.Update(stored, Request, stored.With(update));
        }
        else
        {
            cache.Remove(stored);
        }
    }

    private void CheckConditions(SoakExchange asked, ModelEntry? revalidated, bool asTheVisitor)
    {
        Require(asked.Request.Method == Request.Method, $"the origin was asked with {asked.Request.Method}");
        var date = revalidated?.Response.LastModified is null
            ? null
            : ReferenceFields.Lines(revalidated.Response.Fields, "Last-Modified")[0];
        (string, string?)[] expected =
        [
            ("If-None-Match", asTheVisitor ? Request["If-None-Match"] : revalidated?.Response.EntityTag),
            ("If-Modified-Since", asTheVisitor ? Request["If-Modified-Since"] : date),
            ("Range", asTheVisitor ? Request["Range"] : null),
            ("If-Range", asTheVisitor ? Request["If-Range"] : null),
        ];
        foreach (var (name, value) in expected)
        {
            Require(asked.Request[name] == value, $"the origin is asked with {name}: {value}");
        }
    }

    private void ServeStored(ModelEntry entry, string status)
    {
        if (Reply is null)
        {
            return;
        }

        Require(Reply["CF-Cache-Status"] == status, $"CF-Cache-Status is {status}");
        if (ModelCache.Difference(entry, Request, Reply, Now) is { } difference)
        {
            throw new SoakException($"{entry.Id}: {difference}");
        }
    }

    private void Pass(SoakExchange answer)
    {
        if (Reply is not null)
        {
            ModelCache.PassThrough(Request, answer, Reply);
        }
    }

    private static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new SoakException(what);
        }
    }
}
