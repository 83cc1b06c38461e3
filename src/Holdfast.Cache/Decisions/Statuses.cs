namespace Holdfast.Cache.Decisions;

/// <summary>What a cache knows of statuses.</summary>
internal static class Statuses
{
    /// <summary>Whether a lifetime may be guessed for it (RFC 9110 section 15.1).</summary>
    public static bool IsHeuristicallyCacheable(int status) =>
        status is 200 or 203 or 204 or 206 or 300 or 301 or 308 or 404 or 405 or 410 or 414 or 501;

    /// <summary>
    /// Whether the cache knows what the status asks of caches: those of RFC 9110, and of its extensions that ask nothing. 206 and 304 are
    /// dealt with before; 299 or 499 are statuses that nobody has defined.
    /// </summary>
    public static bool IsUnderstood(int status) =>
        status
            is (>= 200 and <= 205)
                or (>= 300 and <= 303)
                or 305
                or 307
                or 308
                or (>= 400 and <= 417)
                or 421
                or 422
                or 426
                or 451
                or (>= 500 and <= 505);

    /// <summary>Whether its definition says that it is never stored (RFC 6585 sections 3 to 6).</summary>
    public static bool ForbidsStoring(int status) => status is 428 or 429 or 431 or 511;

    /// <summary>Whether an edge before the origin says with it that the origin cannot be reached: 520 to 527, and 530.</summary>
    public static bool IsUnreachable(int status) => status is (>= 520 and <= 527) or 530;

    /// <summary>Whether <c>stale-if-error</c> speaks of it (RFC 5861 section 4).</summary>
    public static bool IsServerError(int status) => status is 500 or 502 or 503 or 504;
}
