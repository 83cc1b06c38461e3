namespace Holdfast.Cache.Tests.Reference;

/// <summary>Whether a response goes into a cache.</summary>
internal enum ReferenceStorability
{
    /// <summary>The standard forbids it.</summary>
    Forbidden,

    /// <summary>The standard allows it, and this cache leaves it out.</summary>
    Allowed,

    /// <summary>It is stored.</summary>
    Expected,
}

/// <summary>What RFC 9111, 5861 and 8246 say of one response in a shared cache that keeps the profile <c>standard</c>.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Fields">Its fields.</param>
/// <param name="Requested">When it was asked for, seconds since 1970.</param>
/// <param name="Received">When its head came.</param>
internal sealed record ReferenceResponse(int Status, IReadOnlyList<(string Name, string Value)> Fields, long Requested, long Received)
{
    // RFC 9110 section 15.1.
    private static readonly int[] Heuristic = [200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501];

    // Those that RFC 9110 defines, without 206 and 304, and those of its extensions that ask nothing of caches.
    private static readonly int[] Understood =
    [
        .. Enumerable.Range(200, 6),
        300,
        301,
        302,
        303,
        305,
        307,
        308,
        .. Enumerable.Range(400, 18),
        421,
        422,
        426,
        451,
        .. Enumerable.Range(500, 6),
    ];

    private bool _isTargeted;
    private ReferenceDirectives? _directives;

    /// <summary>Its directives.</summary>
    public ReferenceDirectives Directives => _directives ??= ReferenceDirectives.OfResponse(Fields, out _isTargeted);

    /// <summary>Date, or when it came.</summary>
    public long Date => ReferenceFields.Date(Fields, "Date", Received) ?? Received;

    /// <summary>Last-Modified.</summary>
    public long? LastModified => ReferenceFields.Date(Fields, "Last-Modified", Received);

    /// <summary>ETag; null without one.</summary>
    public string? EntityTag => ReferenceFields.Lines(Fields, "ETag").Find(t => t.Length > 0);

    /// <summary>Whether it can be revalidated.</summary>
    public bool HasValidator => EntityTag is not null || LastModified is not null;

    /// <summary>How old it was when it came (RFC 9111 section 4.2.3).</summary>
    public long InitialAge => Math.Max(Math.Max(0, Received - Date), ReferenceFields.Age(Fields) + Received - Requested);

    /// <summary>How long it is fresh, and whether it says so itself (RFC 9111 section 4.2.1); null when nothing says it.</summary>
    public (long Seconds, bool IsExplicit)? Lifetime
    {
        get
        {
            var directives = Directives;
            if (directives.IsUnreadable)
            {
                return (0, true);
            }

            foreach (var name in (string[])["s-maxage", "max-age"])
            {
                if (directives.Seconds.TryGetValue(name, out var seconds))
                {
                    return (Math.Max(0, seconds), true);
                }
            }

            var expires = _isTargeted ? [] : ReferenceFields.Lines(Fields, "Expires");
            if (expires.Count > 0)
            {
                // Several that differ are no better than none that can be read.
                var dates = expires.ConvertAll(e => ReferenceFields.Date(e, Received));
                return dates.Distinct().Count() == 1 && dates[0] is { } moment
                    ? (Math.Clamp(moment - Date, 0, ReferenceFields.LargestDelta), true)
                    : (0, true);
            }

            // A tenth of the time since the last change, a day at most.
            return LastModified < Date && (Heuristic.Contains(Status) || directives.Names.Contains("public"))
                ? (Math.Min((Date - LastModified.Value) / 10, 86_400), false)
                : null;
        }
    }

    /// <summary>Whether it may never be served stale (RFC 9111 section 4.2.4).</summary>
    public bool IsNeverStale =>
        Directives.IsUnreadable || Directives.Names.Overlaps(["must-revalidate", "proxy-revalidate", "s-maxage", "no-cache"]);

    /// <summary>Whether it must be revalidated each time.</summary>
    public bool IsAlwaysRevalidated => Directives.IsUnreadable || Directives.Names.Contains("no-cache");

    /// <summary>Whether it forbids being served because the origin fails.</summary>
    public bool IsNotForErrors => Directives.Seconds.TryGetValue("stale-if-error", out var seconds) && seconds == 0;

    /// <summary>Whether it may be stored (RFC 9111 section 3) as the answer to a GET.</summary>
    /// <param name="isAuthorized">Whether the request had Authorization.</param>
    public ReferenceStorability Storability(bool isAuthorized)
    {
        var names = Directives.Names;
        var understood = Understood.Contains(Status);
        if (
            (names.Contains("must-understand") && !understood)
            || (names.Contains("no-store") && !names.Contains("must-understand"))
            || names.Contains("private")
            || Status is 428 or 429 or 431 or 511
            || (isAuthorized && !names.Overlaps(["public", "must-revalidate", "s-maxage"]))
            || ReferenceFields.Lines(Fields, "Vary").Any(IsStar)
        )
        {
            return ReferenceStorability.Forbidden;
        }

        var lifetime = Lifetime;
        if (lifetime is null && !names.Contains("public") && !Heuristic.Contains(Status))
        {
            return ReferenceStorability.Forbidden;
        }

        // What follows is no use, or a risk, and this cache's own choice.
        var isUseful =
            lifetime?.Seconds > ReferenceFields.Age(Fields)
            || HasValidator
            || (!Directives.IsUnreadable && (Directives.Of("stale-while-revalidate") > 0 || Directives.Of("stale-if-error") > 0));
        var isPersonal = ReferenceFields.Lines(Fields, "Set-Cookie").Count > 0 && lifetime is not { IsExplicit: true };
        return isPersonal || !isUseful || (names.Contains("no-cache") && !HasValidator)
            ? ReferenceStorability.Allowed
            : ReferenceStorability.Expected;
    }

    /// <summary>Whether a member of Vary is a star, or no field name at all.</summary>
    public static bool IsStar(string vary) =>
        ReferenceFields
            .Members(vary, out _)
            .Any(m => m == "*" || !System.Text.RegularExpressions.Regex.IsMatch(m, $@"^{ReferenceFields.Token}\z"));
}
