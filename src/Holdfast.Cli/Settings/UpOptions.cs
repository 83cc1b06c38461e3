using System.Collections.Immutable;
using System.Net;
using Holdfast.Cli.Roles;
using Holdfast.Model.Zones;

namespace Holdfast.Cli.Settings;

/// <summary>What <c>holdfast up</c> was asked to do, after flags, environment, file and defaults were put together.</summary>
internal sealed record UpOptions
{
    /// <summary>Most edge processes on one machine; a fleet to try things on, not a way to scale: one edge uses every core.</summary>
    public const int MaxEdges = 16;

    /// <summary>Where everything is kept unless the user says otherwise, from the current directory.</summary>
    public const string DefaultDataDirectory = "./.holdfast";

    /// <summary>Visitors' plain HTTP unless the user says otherwise.</summary>
    public static IPEndPoint DefaultHttp { get; } = new(IPAddress.Loopback, 8080);

    /// <summary>Visitors' HTTPS unless the user says otherwise.</summary>
    public static IPEndPoint DefaultHttps { get; } = new(IPAddress.Loopback, 8443);

    /// <summary>The API unless the user says otherwise.</summary>
    public static IPEndPoint DefaultControl { get; } = new(IPAddress.Loopback, 8600);

    /// <summary>The status page unless the user says otherwise.</summary>
    public static IPEndPoint DefaultStatus { get; } = new(IPAddress.Loopback, 8700);

    /// <summary>The data directory, absolute.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>edge-1's plain HTTP listeners, at least one.</summary>
    public required ImmutableArray<IPEndPoint> Http { get; init; }

    /// <summary>edge-1's HTTPS listeners, at least one.</summary>
    public required ImmutableArray<IPEndPoint> Https { get; init; }

    /// <summary>The API's listener.</summary>
    public required IPEndPoint Control { get; init; }

    /// <summary>Where control listens for nodes on other machines; null, the default: nowhere.</summary>
    public required IPEndPoint? NodeListen { get; init; }

    /// <summary>The status page's listener; null: it runs elsewhere, or nowhere, and <c>up</c> does not start one.</summary>
    public required IPEndPoint? Status { get; init; }

    /// <summary>The catch-all zone's origin, or null to leave that zone as it is.</summary>
    public required OriginUrl? Origin { get; init; }

    /// <summary>Edges that are asked before origins; none, as a rule.</summary>
    public ImmutableArray<OriginUrl> Uppers { get; init; } = [];

    /// <summary>Whether tests and drills may make the edges fail.</summary>
    public bool FaultInjection { get; init; }

    /// <summary>What a drill leaves out.</summary>
    public FaultyParts Faulty { get; init; } = FaultyParts.None;

    /// <summary>How many edge processes, 1 to <see cref="MaxEdges"/>.</summary>
    public required int Edges { get; init; }

    /// <summary>One line of JSON on standard output instead of the summary.</summary>
    public required bool Json { get; init; }

    /// <summary>The first admin token when the user chose it (20 to 200 visible ASCII characters), or null to have one generated.</summary>
    public required string? AdminToken { get; init; }

    /// <summary>The status page's first token when the user chose it, as <see cref="AdminToken"/>, or null to have one generated.</summary>
    public required string? StatusToken { get; init; }

    /// <summary>Proxies before the status page; none: those of this machine.</summary>
    public ImmutableArray<IPNetwork> StatusProxies { get; init; } = [];

    /// <summary>The work that a visitor's report takes, in bits; null for the usual.</summary>
    public int? ReportWork { get; init; }

    /// <summary>Other status pages that the edges tell how they are, beside this one's own.</summary>
    public ImmutableArray<Uri> EvidenceTo { get; init; } = [];

    /// <summary>What they prove themselves with there, and here; null: here with one of this run.</summary>
    public string? EvidenceToken { get; init; }

    /// <summary>No secret.</summary>
    public override string ToString() => $"up on {DataDirectory}";
}

/// <summary>The flags of <c>holdfast up</c> as they were written; what was not given is null or empty.</summary>
internal sealed record UpFlags
{
    /// <summary>--data</summary>
    public string? Data { get; init; }

    /// <summary>--http, once or several times.</summary>
    public IReadOnlyList<string> Http { get; init; } = [];

    /// <summary>--https, once or several times.</summary>
    public IReadOnlyList<string> Https { get; init; } = [];

    /// <summary>--control</summary>
    public string? Control { get; init; }

    /// <summary>--node-listen</summary>
    public string? NodeListen { get; init; }

    /// <summary>--status</summary>
    public string? Status { get; init; }

    /// <summary>--proxy, once or several times.</summary>
    public IReadOnlyList<string> Proxy { get; init; } = [];

    /// <summary>--report-work</summary>
    public string? ReportWork { get; init; }

    /// <summary>--origin</summary>
    public string? Origin { get; init; }

    /// <summary>--upper, once or several times.</summary>
    public IReadOnlyList<string> Upper { get; init; } = [];

    /// <summary>--edges</summary>
    public string? Edges { get; init; }

    /// <summary>--fault-injection; a flag alone, so that no file and no environment makes an edge fail.</summary>
    public bool FaultInjection { get; init; }

    /// <summary>--faulty; a flag alone too.</summary>
    public FaultyParts Faulty { get; init; } = FaultyParts.None;

    /// <summary>--json</summary>
    public bool Json { get; init; }
}
