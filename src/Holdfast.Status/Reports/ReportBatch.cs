using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Holdfast.Status.Storage;

namespace Holdfast.Status.Reports;

/// <summary>The day's salt, and how many reports came so far from each network and in all. The writing loop's alone.</summary>
internal sealed class ReportDay
{
    /// <summary>The day's number since 1970, in UTC.</summary>
    public required long Day { get; init; }

    /// <summary>What the day's hashes are keyed with.</summary>
    public required byte[] Salt { get; init; }

    /// <summary>Persons noted so far.</summary>
    public int Persons { get; set; }

    /// <summary>Reports by service and network so far.</summary>
    public Dictionary<(string Service, long Network), int> Networks { get; } = [];

    /// <summary>The number of the day that a moment lies in.</summary>
    public static long Of(DateTimeOffset at) => at.ToUnixTimeSeconds() / 86_400;

    /// <summary>The day as the disk knows it; null when it has not begun there.</summary>
    public static ReportDay? Read(ReportTables tables, long number)
    {
        if (tables.Salt(number) is not { } salt)
        {
            return null;
        }

        var day = new ReportDay
        {
            Day = number,
            Salt = salt,
            Persons = tables.Persons(number),
        };
        foreach (var (service, _, network, reports) in tables.Networks(number * ReportLimits.SlotsOfDay))
        {
            CollectionsMarshal.GetValueRefOrAddDefault(day.Networks, (service, network), out _) += reports;
        }

        return day;
    }

    /// <summary>Begins a day on the disk, which forgets the ones before.</summary>
    public static ReportDay Begin(ReportTables tables, long number)
    {
        var salt = RandomNumberGenerator.GetBytes(32);
        tables.BeginDay(number, salt);
        return new ReportDay { Day = number, Salt = salt };
    }
}

/// <summary>Reports that are written in one transaction: who has reported already is sorted out, and the rest is counted together.</summary>
internal sealed class ReportBatch(ReportTables tables, ReportDay day, DateTimeOffset now)
{
    private readonly long slot = ReportSlot.Of(now);
    private readonly long hour = now.ToUnixTimeSeconds() / 3_600;
    private readonly Dictionary<string, int> slots = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Service, long Network), int> networks = [];
    private readonly Dictionary<(string Service, string Kind, string Name), int> parts = [];

    /// <summary>The reports that were taken, each with its network.</summary>
    public List<(string Service, long Network)> Taken { get; } = [];

    /// <summary>The slot that they are counted in.</summary>
    public long Slot => slot;

    /// <summary>Takes one.</summary>
    /// <param name="report">The report.</param>
    /// <param name="isOrdinary">Whether its network has not brought more than its share, so that it may tell of problem types and regions.</param>
    public ReportOutcome Take(Report report, Func<string, long, int, bool> isOrdinary)
    {
        var network = report.Visitor.NetworkOf(day.Salt);
        var key = (report.Service, network);
        var here = networks.GetValueOrDefault(key);
        if (day.Networks.GetValueOrDefault(key) + here >= ReportLimits.NetworkOfDay)
        {
            return ReportOutcome.NetworkFull;
        }

        if (day.Persons + Taken.Count >= ReportLimits.PersonsOfDay)
        {
            return ReportOutcome.DayFull;
        }

        if (!tables.AddPerson(day.Day, report.Visitor.PersonOf(report.Service, day.Salt)))
        {
            return ReportOutcome.AlreadyToday;
        }

        Taken.Add(key);
        networks[key] = here + 1;
        CollectionsMarshal.GetValueRefOrAddDefault(slots, report.Service, out _)++;
        if (isOrdinary(report.Service, network, here))
        {
            CollectionsMarshal.GetValueRefOrAddDefault(
                parts,
                (report.Service, "problem", StatusWords<Problem>.Of(report.Problem)),
                out _
            )++;
            CollectionsMarshal.GetValueRefOrAddDefault(parts, (report.Service, "region", report.Region), out _)++;
        }

        return report.Comment is null || Keep(report) ? ReportOutcome.Taken : ReportOutcome.TakenWithoutComment;
    }

    /// <summary>Writes the counts.</summary>
    public void Count()
    {
        foreach (var (service, reports) in slots)
        {
            tables.AddToSlot(service, slot, reports);
        }

        foreach (var ((service, network), reports) in networks)
        {
            tables.AddToNetwork(service, slot, network, reports);
        }

        foreach (var ((service, kind, name), reports) in parts)
        {
            tables.AddToPart(service, hour, kind, name, reports);
        }
    }

    private bool Keep(Report report)
    {
        if (tables.Waiting(report.Service) >= ReportLimits.WaitingComments)
        {
            return false;
        }

        tables.Add(new ReportComment(StatusIds.New(), report.Service, now, report.Problem, report.Comment!, IsShown: false));
        return true;
    }
}
