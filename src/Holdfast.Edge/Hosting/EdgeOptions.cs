using System.Collections.Immutable;
using System.Net;
using Holdfast.Artifacts.Bots;
using Holdfast.Cache.Disk;
using Holdfast.Cache.Storage;
using Holdfast.Edge.Bots;
using Holdfast.Edge.Guard;
using Holdfast.Edge.Guard.Faults;
using Holdfast.Edge.Origins;
using Holdfast.Edge.Rehearsing;
using Holdfast.Edge.Releases.Tasting;
using Holdfast.Edge.Reporting;
using Holdfast.Edge.Zones;
using Holdfast.Model.Releases;
using Holdfast.Model.Zones;
using Holdfast.Releases.Joining;
using Holdfast.Releases.Rollout;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Holdfast.Edge.Hosting;

/// <summary>How an edge is started.</summary>
internal sealed record EdgeOptions
{
    /// <summary>The node's name, <c>edge-1</c>: lower-case letters, digits, hyphens, dots and underscores.</summary>
    public required string Name { get; init; }

    /// <summary>The data directory. The edge keeps <c>edges/NAME/</c> and <c>logs/</c> in it and reads <c>keys/</c>.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Where plain HTTP is served.</summary>
    public required ImmutableArray<EdgeSocket> Http { get; init; }

    /// <summary>Where HTTPS is served.</summary>
    public required ImmutableArray<EdgeSocket> Https { get; init; }

    /// <summary>
    /// Whether HTTP/3 is served beside HTTPS, where <see cref="Http3.Http3Server.IsSupported"/>: at the same address and port, for each listener
    /// whose port is known beforehand and that expects no PROXY header. Default on.
    /// </summary>
    public bool Http3 { get; init; } = true;

    /// <summary>Where health, metrics and state are told; a loopback address.</summary>
    public required EdgeSocket Management { get; init; }

    /// <summary>Where releases come from, or null: the edge then serves what lies on its disk.</summary>
    public Uri? Control { get; init; }

    /// <summary>
    /// What the edge proves itself to <see cref="Control"/> with when it has joined from another machine; it stays the caller's. Null: the
    /// feed key of the data directory, which it shares with control.
    /// </summary>
    public NodeIdentity? Identity { get; init; }

    /// <summary>Where releases come from instead of <see cref="Control"/>, or null.</summary>
    public IReleaseFeed? Feed { get; init; }

    /// <summary>The country database's file, or null for the one beside the program.</summary>
    public string? CountryDatabase { get; init; }

    /// <summary>Where the edge stands, as it follows the ray id in CF-Ray: 3 to 8 upper-case letters. Default <c>LOC</c>.</summary>
    public string Place { get; init; } = "LOC";

    /// <summary>Proxies before this edge whose forwarded fields are believed. Default none.</summary>
    public ImmutableArray<IPNetwork> TrustedUpstreams { get; init; } = [];

    /// <summary>
    /// Edges that are asked before origins for what the cache has not got; http or https. Default none. They must have this edge among their
    /// <see cref="TrustedUpstreams"/>.
    /// </summary>
    public ImmutableArray<OriginUrl> Uppers { get; init; } = [];

    /// <summary>The status page's address for error pages, or null.</summary>
    public string? StatusPage { get; init; }

    /// <summary>Status pages that the edge tells how it is, or null; they may ask its management listener as well.</summary>
    public EvidenceTargets? Evidence { get; init; }

    /// <summary>Limits and times towards visitors and origins.</summary>
    public EdgeLimits Limits { get; init; } = new();

    /// <summary>Limits of the cache.</summary>
    public MemoryStoreLimits Cache { get; init; } = new();

    /// <summary>Limits of the cache's disk tier, which keeps <c>cache/NAME/</c>.</summary>
    public DiskStoreLimits Disk { get; init; } = new();

    /// <summary>How security events wait for control, in <c>edges/NAME/events/</c>.</summary>
    public SecurityEventOptions Events { get; init; } = new();

    /// <summary>Most bytes of compiled zones, see <see cref="ZoneDirectory"/>. Setting <c>zone_memory</c>.</summary>
    public long ZoneMemory { get; init; } = ZoneDirectory.DefaultBudget;

    /// <summary>Where the servers behind a zone's records listen.</summary>
    public OriginPorts RecordPorts { get; init; } = OriginPorts.Standard;

    /// <summary>Turns origins' names into addresses.</summary>
    public IOriginResolver Resolver { get; init; } = new DnsOriginResolver();

    /// <summary>Who is asked whether crawlers are who they say they are. Default: the machine's name servers.</summary>
    public IReverseDns ReverseDns { get; init; } = new ReverseDns();

    /// <summary>What modules may take, and when the guard steps in.</summary>
    public GuardLimits Guard { get; init; } = new();

    /// <summary>Whether tests and drills may make it fail: <c>--fault-injection</c>. Only on a data directory that has never served without.</summary>
    public bool FaultInjection { get; init; }

    /// <summary>Whether every zone is only forwarded, and no list is loaded, because edges before this one have died again and again.</summary>
    public bool Bypass { get; init; }

    /// <summary>How much a bot feature file may be; a drill lets it be more.</summary>
    public BotFeatureLimits BotFeatures { get; init; } = BotFeatureLimits.Standard;

    /// <summary>
    /// The fault points that end the process from the start on, in the taster too: defects of then. Only with <see cref="FaultInjection"/>.
    /// </summary>
    public ImmutableArray<FaultPoint> DiesAt { get; init; } = [];

    /// <summary>What drills take away; nothing unless <see cref="FaultInjection"/>.</summary>
    public Protections Without { get; init; }

    /// <summary>Where the edge's own messages go.</summary>
    public required ILoggerFactory Loggers { get; init; }

    /// <summary>
    /// Whether a connection's work runs on the thread that saw its bytes arrive, instead of being handed to the thread pool. Default
    /// on: see docs/decisions/0004-inline-scheduling.md. It wants <see cref="InlineSockets.Enable"/> before the process's first socket.
    /// </summary>
    public bool InlineScheduling { get; init; } = true;

    /// <summary>
    /// How the process is started that loads releases before the edge does; null: there is none, and the edge loads them at once. The
    /// program always has one.
    /// </summary>
    public TasterOptions? Taster { get; init; }

    /// <summary>How much is kept of recent requests, in <c>edges/NAME/samples/</c>, to rehearse changes with; null for nothing.</summary>
    public SampleOptions? Samples { get; init; }

    /// <summary>How fast releases go from the taster to all requests; null: what passes is in use at once, and is good.</summary>
    public RolloutOptions? Rollout { get; init; } = new();

    /// <summary>Wraps the sockets that visitors come in by, to hold a connection at a chosen place. Default: as they are.</summary>
    public Func<IConnectionListenerFactory, IConnectionListenerFactory> Transport { get; init; } = static sockets => sockets;

    /// <summary>See <see cref="Rules.RuleContext.PlannedFrom"/>.</summary>
    public int RulesPlannedFrom { get; init; } = Rules.RuleContext.UsuallyPlannedFrom;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
