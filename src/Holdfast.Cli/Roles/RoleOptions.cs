using System.Collections.Immutable;
using System.Net;
using Holdfast.Cli.Settings;
using Holdfast.Edge.Guard.Faults;
using Holdfast.Model.Zones;
using Holdfast.Releases.Joining;
using Microsoft.Extensions.Logging;

namespace Holdfast.Cli.Roles;

/// <summary>What control is started with.</summary>
internal sealed record ControlRoleOptions
{
    /// <summary>The data directory, absolute.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>The API's listener.</summary>
    public required RoleListener Listener { get; init; }

    /// <summary>Where control listens for nodes on other machines, or null for nowhere.</summary>
    public required RoleListener? Nodes { get; init; }

    /// <summary>The first admin token when the user chose it; used only when there is no account yet.</summary>
    public required string? InitialAdminToken { get; init; }

    /// <summary>What <c>holdfast.yaml</c> says about the API.</summary>
    public required ApiSettings Settings { get; init; }

    /// <summary>Whether drills may leave something out: only on data that was never served without it.</summary>
    public bool FaultInjection { get; init; }

    /// <summary>What a drill leaves out.</summary>
    public FaultyParts Faulty { get; init; } = FaultyParts.None;

    /// <summary>Where its log lines go.</summary>
    public required ILoggerProvider Logging { get; init; }

    /// <summary>No secret.</summary>
    public override string ToString() => $"control on {DataDirectory}";
}

/// <summary>What the status page is started with.</summary>
internal sealed record StatusRoleOptions
{
    /// <summary>The data directory, absolute.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>The page's listener.</summary>
    public required RoleListener Listener { get; init; }

    /// <summary>The first token when the user chose it; used only while there is none.</summary>
    public required string? FirstToken { get; init; }

    /// <summary>Proxies that say who reports a problem; null for those of this machine.</summary>
    public ImmutableArray<IPNetwork>? Proxies { get; init; }

    /// <summary>The work that a report takes, in bits; null for the usual.</summary>
    public int? ReportWork { get; init; }

    /// <summary>What edges push evidence with, or null.</summary>
    public string? EvidenceToken { get; init; }

    /// <summary>Edges that get a watch and a component.</summary>
    public ImmutableArray<Holdfast.Status.Watching.OwnEdge> Edges { get; init; } = [];

    /// <summary>The folder that the page is exported to, absolute; null: it is not.</summary>
    public string? ExportDirectory { get; init; }

    /// <summary>Where the status page's mail goes out, or null.</summary>
    public Holdfast.Status.Subscribers.MailSettings? Mail { get; init; }

    /// <summary>What a shell runs after each export, or null.</summary>
    public string? ExportCommand { get; init; }

    /// <summary>Where its log lines go.</summary>
    public required ILoggerProvider Logging { get; init; }

    /// <summary>No secret.</summary>
    public override string ToString() => $"status on {DataDirectory}";
}

/// <summary>What an edge is started with.</summary>
internal sealed record EdgeRoleOptions
{
    /// <summary>The node's name, <c>edge-1</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The data directory, absolute; shared by the edges of one <c>up</c>.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Plain HTTP listeners.</summary>
    public required ImmutableArray<RoleListener> Http { get; init; }

    /// <summary>HTTPS listeners.</summary>
    public required ImmutableArray<RoleListener> Https { get; init; }

    /// <summary>Health, metrics and what else operators ask; on loopback.</summary>
    public required RoleListener Management { get; init; }

    /// <summary>Where releases come from, or null for none: the edge serves what lies on its disk.</summary>
    public required Uri? Control { get; init; }

    /// <summary>What the edge has joined control with; null for one that shares control's data directory.</summary>
    public required NodeIdentity? Identity { get; init; }

    /// <summary>Edges that are asked before origins for what the cache has not got.</summary>
    public required ImmutableArray<OriginUrl> Uppers { get; init; }

    /// <summary>Status pages that it tells how it is, or null.</summary>
    public Holdfast.Edge.Reporting.EvidenceTargets? Evidence { get; init; }

    /// <summary>Whether tests and drills may make it fail.</summary>
    public required bool FaultInjection { get; init; }

    /// <summary>Whether it only forwards, because it has died again and again.</summary>
    public bool Bypass { get; init; }

    /// <summary>What a drill leaves out.</summary>
    public FaultyParts Faulty { get; init; } = FaultyParts.None;

    /// <summary>What drills take away; nothing without <see cref="FaultInjection"/>.</summary>
    public required Protections Without { get; init; }

    /// <summary>What <c>holdfast.yaml</c> says about edges.</summary>
    public required EdgeSettings Settings { get; init; }

    /// <summary>Where its log lines go.</summary>
    public required ILoggerProvider Logging { get; init; }
}

/// <summary>What a role says when it serves.</summary>
/// <param name="AdminToken">Control's or the status page's first token, at the start that made it; otherwise null.</param>
internal sealed record ReadyInfo(string? AdminToken = null)
{
    /// <summary>URLs that visitors reach an edge by, with the true ports: the plain ones, then the encrypted ones.</summary>
    public ImmutableArray<string> Visitors { get; init; } = [];

    /// <summary>An edge's management listener, a URL; null for control.</summary>
    public string? Management { get; init; }

    /// <summary>Where the status page answers, a URL; null for the other roles.</summary>
    public string? Page { get; init; }

    /// <summary>Where control listens for nodes on other machines, a URL; null when it does not.</summary>
    public string? Nodes { get; init; }

    /// <summary>Hands over to a successor on the same data directory and sockets, and serves on; null where that cannot be.</summary>
    public Func<Task>? HandOver { get; init; }

    /// <summary>No secret.</summary>
    public override string ToString() => "ready";
}
