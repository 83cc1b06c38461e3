using System.Globalization;
using System.Text;
using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Requests;
using Holdfast.Http.Headers;

namespace Holdfast.Edge.Rehearsing;

/// <summary>What became of a replayed request: what two configurations are compared by.</summary>
internal sealed record ReplayOutcome
{
    // What tells one run from another, or the generation, and not what the configuration does.
    private static readonly string[] NotCompared =
    [
        "age",
        "alt-svc",
        "cache-status",
        "cf-cache-status",
        "cf-ray",
        "content-length",
        "date",
        "last-modified",
        "server-timing",
    ];

    /// <summary>The status that the visitor gets.</summary>
    public required int Status { get; init; }

    /// <summary>Why the edge answered.</summary>
    public required EdgeError Error { get; init; }

    /// <summary>Whether a module failed.</summary>
    public required bool IsFaulted { get; init; }

    /// <summary>Where the visitor is sent, or null.</summary>
    public required string? Location { get; init; }

    /// <summary>Path and query for the origin; null when it is not asked.</summary>
    public required string? Target { get; init; }

    /// <summary>The origin, or null.</summary>
    public required string? Origin { get; init; }

    /// <summary>What it is looked up in the cache by; null when it is not.</summary>
    public required string? Key { get; init; }

    /// <summary>Whether its answer can be cached.</summary>
    public required bool IsCached { get; init; }

    /// <summary>The fields that its origin gets.</summary>
    public required string RequestFields { get; init; }

    /// <summary>The fields that its visitor gets.</summary>
    public required string AnswerFields { get; init; }

    /// <summary>The ref of the last rule that acted and is logged, or null.</summary>
    public required string? Rule { get; init; }

    /// <summary>Whether a rule, or what a rule stands for, keeps it out.</summary>
    public bool IsBlocked =>
        Error is EdgeError.BlockedByRule or EdgeError.BannedAddress or EdgeError.BannedNetwork or EdgeError.BannedCountry;

    /// <summary>Whether the edge fails.</summary>
    public bool IsFailing => IsFaulted || (Error != EdgeError.None && !IsBlocked && EdgeErrorCatalog.Get(Error).Status >= 500);

    /// <summary>Whether the edge sends the visitor elsewhere: the inside origin never does.</summary>
    public bool IsRedirected => Location is not null && Status is >= 300 and < 400;

    /// <summary>In words.</summary>
    public string Text =>
        IsFaulted ? string.Create(CultureInfo.InvariantCulture, $"a module fails ({Status})")
        : IsBlocked ? string.Create(CultureInfo.InvariantCulture, $"blocked ({Status})")
        : Error != EdgeError.None ? string.Create(CultureInfo.InvariantCulture, $"error {Error} ({Status})")
        : IsRedirected ? string.Create(CultureInfo.InvariantCulture, $"{Status} to {Location}")
        : Status.ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads it off a request that has ended.</summary>
    public static ReplayOutcome Of(EdgeRequest request)
    {
        var isAsked = !request.CacheStatus.IsEmpty && request.Target is not null;
        var status = request.CacheStatus.Span;
        request.Response.Headers.TryGet(KnownHeader.Location, out var location);
        var rules = request.Rules is { } turn ? turn.Events.Rules : default;
        return new ReplayOutcome
        {
            Status = request.HasStarted ? request.Response.Status : 0,
            Error = request.Error,
            IsFaulted = request.Guarded.Faulted != 0 || request.Error is EdgeError.EdgeFault or EdgeError.ProtectionFailed,
            Location = location.IsEmpty ? null : Encoding.Latin1.GetString(location),
            Target = isAsked ? Encoding.Latin1.GetString(request.ForwardTarget) : null,
            Origin = isAsked
                ? $"{(request.Target!.Key.ServerName is null ? "http" : "https")}://{request.Target.Key.Host}:{request.Target.Key.Port}"
                : null,
            Key = isAsked ? KeyOf(request) : null,
            IsCached = isAsked && !status.SequenceEqual("dynamic"u8) && !status.SequenceEqual("bypass"u8),
            RequestFields = isAsked ? Fields(request.Head.Headers) : "",
            AnswerFields = Fields(request.Response.Headers),
            Rule = rules.Length > 0 ? rules[^1].Config.Ref : null,
        };
    }

    // The query in the order in which it came, also where the cache sorts it: a zone whose setting changes that is another matter than one request.
    private static string KeyOf(EdgeRequest request)
    {
        var policy = request.CachePolicy;
        var query =
            policy.Level == Model.Zones.CacheLevel.Simplified
                ? ""
                : (policy.SortsQuery ? "sorted " : "") + Encoding.Latin1.GetString(request.KeyQuery);
        return $"{(request.IsHttps ? "https" : "http")}://{Encoding.Latin1.GetString(request.Head.Host)}{Encoding.Latin1.GetString(request.ForwardPath)}{query}"
            + (request.KeySuffix.IsEmpty ? "" : " " + Encoding.Latin1.GetString(request.KeySuffix));
    }

    private static string Fields(HeaderBlock headers)
    {
        var lines = new List<string>(headers.Count);
        for (var i = 0; i < headers.Count; i++)
        {
            var name = Encoding.Latin1.GetString(headers.NameAt(i)).ToLowerInvariant();
            if (!NotCompared.Contains(name, StringComparer.Ordinal) && !name.StartsWith("holdfast-", StringComparison.Ordinal))
            {
                lines.Add($"{name}: {Encoding.Latin1.GetString(headers.ValueAt(i))}");
            }
        }

        return string.Join('\n', lines.Order(StringComparer.Ordinal));
    }
}
