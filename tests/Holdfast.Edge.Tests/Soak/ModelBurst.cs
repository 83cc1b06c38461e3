using Holdfast.Cache.Tests.Reference;

namespace Holdfast.Edge.Tests.Soak;

/// <summary>
/// Judges simultaneous GETs for one target. Who was answered by whose request cannot be told from outside, nor in which order: each answer
/// must be one that some order allows, and what may be stored afterwards is all that some order leaves.
/// </summary>
/// <param name="Before">What may have been stored for the target.</param>
/// <param name="Exchanges">What the origin saw.</param>
/// <param name="Respects">Whether visitors' own directives count.</param>
/// <param name="Now">Seconds since 1970.</param>
internal sealed record ModelBurst(List<ModelEntry> Before, List<SoakExchange> Exchanges, bool Respects, long Now)
{
    private readonly List<(ModelEntry Entry, SoakExchange? By)> _pool = Pool(Before, Exchanges);

    /// <summary>What may be stored by it.</summary>
    public List<ModelEntry> After =>
        [
            .. _pool
                .Where(p => p.By is not null && p.Entry.Response.Storability(isAuthorized: false) != ReferenceStorability.Forbidden)
                .Select(p => p.Entry),
        ];

    public void Judge(SoakRequest request, SoakReply reply)
    {
        bool IsOwn(SoakExchange? exchange) => exchange?.Request["X-Request"] == request["X-Request"];
        var isAllowed =
            Exchanges.Exists(x => (IsOwn(x) || x.IsClosed) && Passes(x, request, reply))
            || _pool.Exists(p =>
                p.Entry.Selects(request)
                && (IsOwn(p.By) || p.Entry.MayServe(request, Respects, Now) || MayServeStale(p.Entry))
                && IsReuse(p.Entry, request, reply)
            );
        if (!isAllowed)
        {
            throw new SoakException($"no order of these gives {request} the answer {reply}");
        }
    }

    // What was stored before and what each exchange makes, alone or of what was there.
    private static List<(ModelEntry Entry, SoakExchange? By)> Pool(List<ModelEntry> before, List<SoakExchange> exchanges)
    {
        List<(ModelEntry Entry, SoakExchange? By)> pool = [.. before.Select(e => (e, (SoakExchange?)null))];
        foreach (var exchange in exchanges.Where(x => !x.IsClosed))
        {
            if (exchange.Status == 304)
            {
                pool.AddRange(
                    pool.Where(p => p.Entry.IsMeantBy(exchange.Response))
                        .Select(p =>
                            (Made(exchange.Request, p.Entry.With(exchange.Response), p.Entry.Body, p.Entry.Has), (SoakExchange?)exchange)
                        )
                        .ToList()
                );
            }
            else if (exchange.Response.Storability(isAuthorized: false) != ReferenceStorability.Forbidden)
            {
                pool.Add((Made(exchange), exchange));
            }
        }

        return pool;
    }

    private bool MayServeStale(ModelEntry entry) =>
        Exchanges.Exists(x => x.IsClosed ? entry.MayServeDisconnected(Now) : entry.MayServeInsteadOf(x.Status, Now));

    private static ModelEntry Made(SoakExchange exchange)
    {
        var has = new bool[exchange.Representation.Length];
        Array.Fill(has, true, 0, exchange.CutAfter < 0 ? has.Length : exchange.CutAfter);
        return Made(exchange.Request, exchange.Response, exchange.Representation, has);
    }

    private static ModelEntry Made(SoakRequest request, ReferenceResponse response, string body, bool[] has) =>
        new()
        {
            Key = request.Key,
            Response = response,
            Selecting = ModelEntry.SelectingOf(response, request),
            Body = body,
            Has = has,
        };

    // Of a body that breaks off, everybody gets as much as came.
    private bool IsReuse(ModelEntry entry, SoakRequest request, SoakReply reply) =>
        reply.IsCut
            ? reply.Status == entry.Status && reply["X-Answer"] == entry.Id && entry.Body.StartsWith(reply.Body, StringComparison.Ordinal)
            : entry.Has.All(h => h) && ModelCache.Difference(entry, request, reply, Now) is null;

    private static bool Passes(SoakExchange exchange, SoakRequest request, SoakReply reply)
    {
        try
        {
            ModelCache.PassThrough(request, exchange, reply);
            return true;
        }
        catch (SoakException)
        {
            return false;
        }
    }
}
