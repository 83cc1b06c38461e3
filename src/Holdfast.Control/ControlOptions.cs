using System.Net;
using Holdfast.Artifacts.Bots;
using Holdfast.Control.Releases.Rehearsals;
using Microsoft.Extensions.Logging;

namespace Holdfast.Control;

/// <summary>How control is started.</summary>
public sealed record ControlOptions
{
    /// <summary>The data directory. Control keeps <c>control/control.db</c> and <c>keys/</c> in it.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>
    /// A socket that is bound and listening already (a file descriptor that was inherited), or null. It wins over
    /// <see cref="Endpoint"/> and belongs to control from then on.
    /// </summary>
    public int? ListenHandle { get; init; }

    /// <summary>Where to listen when there is no <see cref="ListenHandle"/>; port 0 picks a free one. Default 127.0.0.1:8600.</summary>
    public IPEndPoint Endpoint { get; init; } = new(IPAddress.Loopback, 8600);

    /// <summary>Where to listen for nodes on other machines, over TLS; null, the default: nowhere.</summary>
    public IPEndPoint? NodeEndpoint { get; init; }

    /// <summary>The same as a socket that is bound and listening already, or null; it wins.</summary>
    public int? NodeListenHandle { get; init; }

    /// <summary>Whether control listens for nodes of other machines.</summary>
    internal bool ListensForNodes => NodeListenHandle is not null || NodeEndpoint is not null;

    /// <summary>
    /// The operator's own admin token (<c>HOLDFAST_ADMIN_TOKEN</c>): 20 to 200 visible ASCII characters, or null to have one generated
    /// on the first start. On a later start a token that is not known yet is added as one more admin; those from before stay good.
    /// </summary>
    public string? AdminToken { get; init; }

    /// <summary>
    /// Requests that a credential may make in five minutes, beyond which it gets 429. Default 1,200, as Cloudflare's API has it, so
    /// that scripts keep the pace that they have. The admin token is not counted.
    /// </summary>
    public int RequestsPerPeriod { get; init; } = 1_200;

    /// <summary>The networks that this installation's edges speak to origins from, for <c>/client/v4/ips</c>. Default none.</summary>
    public IReadOnlyList<IPNetwork> PublicAddresses { get; init; } = [];

    /// <summary>How long security events are kept, unless it is set: over a weekend.</summary>
    public static readonly TimeSpan DefaultEventsKeptFor = TimeSpan.FromDays(3);

    /// <summary>How many security events are kept, unless it is set: about 200 MB.</summary>
    public const int DefaultEventsKept = 200_000;

    /// <summary>How long security events are kept.</summary>
    public TimeSpan EventsKeptFor { get; init; } = DefaultEventsKeptFor;

    /// <summary>How many security events are kept; a tenth of them of one zone, so that a flood at one hides no other's.</summary>
    public int EventsKept { get; init; } = DefaultEventsKept;

    /// <summary>How much a bot feature file may be; a drill lets it be more.</summary>
    public BotFeatureLimits BotFeatures { get; init; } = BotFeatureLimits.Standard;

    /// <summary>What a release may treat otherwise before a person has to let it go on; nothing is limited unless it is set.</summary>
    public RehearsalLimits RehearsalLimits { get; init; } = new();

    /// <summary>Whether releases of what many zones use go by waves; a drill lets them go to every edge at once.</summary>
    public bool HasWaves { get; init; } = true;

    /// <summary>See <see cref="Storage.ControlDatabase.DefaultLockWait"/>.</summary>
    internal TimeSpan? LockWait { get; init; }

    /// <summary>See <see cref="Storage.WriteSteps"/>.</summary>
    internal Action<string>? AtWriteStep { get; init; }

    /// <summary>Where control logs to.</summary>
    public required ILoggerFactory LoggerFactory { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
