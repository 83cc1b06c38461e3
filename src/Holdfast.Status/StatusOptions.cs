using System.Net;
using Holdfast.Status.Reports;
using Holdfast.Status.Subscribers;
using Holdfast.Status.Watching;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Status;

/// <summary>What a status page is started with.</summary>
public sealed record StatusOptions
{
    /// <summary>The folder that its store lies in, <c>status/status.db</c> below it; made when missing.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Where it listens; port 0 picks a free one.</summary>
    public IPEndPoint Endpoint { get; init; } = new(IPAddress.Loopback, 8700);

    /// <summary>A listening socket that it inherits instead, a file descriptor.</summary>
    public nint? ListenHandle { get; init; }

    /// <summary>What a new page is called until it is given a name.</summary>
    public string Name { get; init; } = "Holdfast";

    /// <summary>The address that people know it by, until it is given one; null: where it listens.</summary>
    public string? Url { get; init; }

    /// <summary>The first token when the user chose it; used only while there is none.</summary>
    public string? FirstToken { get; init; }

    /// <summary>What edges push evidence with, beside tokens of the scope <c>evidence</c>; null: only those are good for it.</summary>
    public string? EvidenceToken { get; init; }

    /// <summary>Edges that get a watch and a component of their own.</summary>
    public IReadOnlyList<OwnEdge> Edges { get; init; } = [];

    /// <summary>
    /// Whether it looks at its watches and delivers messages by itself, each second; else <see cref="StatusHost.LookAsync"/> and
    /// <see cref="StatusHost.DeliverAsync"/> do.
    /// </summary>
    public bool Looks { get; init; } = true;

    /// <summary>
    /// Proxies before the page, whose <c>X-Forwarded-For</c> says who reports a problem; at first those on this machine.
    /// </summary>
    public IReadOnlyList<IPNetwork> Proxies { get; init; } = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")];

    /// <summary>Leading zero bits that the proof of work of a report needs, 1 to <see cref="MostReportWork"/>.</summary>
    public int ReportWork { get; init; } = ReportLimits.WorkBits;

    /// <summary>See <see cref="ReportWork"/>.</summary>
    public const int MostReportWork = ReportLimits.MostWorkBits;

    /// <summary>The country database; a missing one leaves every region unknown.</summary>
    public string CountryDatabase { get; init; } = Countries.DefaultPath;

    /// <summary>The folder with the lists of networks; without them providers are known by published ranges and names alone.</summary>
    public string NetworkNumbers { get; init; } = Providers.NetworkNumbers.DefaultDirectory;

    /// <summary>The folder that the page is exported to as files on every change; null: it is not.</summary>
    public string? ExportDirectory { get; init; }

    /// <summary>What is run by a shell after each export, with the folder in <c>HOLDFAST_EXPORT</c>; null: nothing is.</summary>
    public string? ExportCommand { get; init; }

    /// <summary>How long <see cref="ExportCommand"/> may run; null: two minutes.</summary>
    public TimeSpan? ExportCommandLimit { get; init; }

    /// <summary>Where mail goes out; null: nobody is told by mail.</summary>
    public MailSettings? Mail { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where its log lines go.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>No secret.</summary>
    public override string ToString() => $"status on {DataDirectory}";
}
