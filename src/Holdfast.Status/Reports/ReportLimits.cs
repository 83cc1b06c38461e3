namespace Holdfast.Status.Reports;

/// <summary>Every limit of visitors' reports, each with its reason.</summary>
internal static class ReportLimits
{
    /// <summary>Services that reports are taken for: what an operator can look over, and a page that lists them all.</summary>
    public const int Services = 1_000;

    /// <summary>Characters of a service's place in the address: <c>example-cloud</c>.</summary>
    public const int SlugLength = 60;

    /// <summary>Characters of a category.</summary>
    public const int CategoryLength = 60;

    /// <summary>Characters of a comment: two sentences, not a letter.</summary>
    public const int CommentLength = 500;

    /// <summary>Bytes of a report's form: the longest comment, each character as nine, and room for the rest.</summary>
    public const int FormBytes = 12 * 1024;

    /// <summary>Comments of one service that wait to be let through; with more a report counts, and its words are not kept.</summary>
    public const int WaitingComments = 500;

    /// <summary>Comments of a service that its page shows, newest first.</summary>
    public const int ShownComments = 20;

    /// <summary>Seconds of a slot, in which reports are counted together: what a state follows must come within minutes.</summary>
    public const int SlotSeconds = 300;

    /// <summary>Slots of a day.</summary>
    public const int SlotsOfDay = 86_400 / SlotSeconds;

    /// <summary>
    /// Reports of one network (IPv4 /16, IPv6 /32) that a service takes in a day. An IPv4 /16 has 256 persons' prefixes, so this
    /// bounds IPv6 alone, where one customer may have millions.
    /// </summary>
    public const int NetworkOfDay = 1_000;

    /// <summary>Persons' hashes kept for a day, over all services: some 150 MB. Beyond it reports are refused until the day is over.</summary>
    public const int PersonsOfDay = 5_000_000;

    /// <summary>Tries to report of one network in a minute: a large company behind one /16, and no more work than that for a flood.</summary>
    public const int TriesOfMinute = 1_500;

    /// <summary>Networks whose tries are counted at once; 16 bytes each.</summary>
    public const int TriedNetworks = 100_000;

    /// <summary>Reports without proof of work that one network may make in an hour: a script that waits has little of it.</summary>
    public const int SlowOfNetworkHour = 20;

    /// <summary>The same for a service, over all networks.</summary>
    public const int SlowOfServiceHour = 600;

    /// <summary>Leading zero bits that a proof of work needs unless something else is set: 65,536 hashes on average, under a second on a phone.</summary>
    public const int WorkBits = 16;

    /// <summary>Most that can be set: a quarter of an hour on a phone is no proof, it is a refusal.</summary>
    public const int MostWorkBits = 24;

    /// <summary>Reports that wait for the disk; beyond it visitors are asked to try again.</summary>
    public const int Queue = 20_000;

    /// <summary>Most reports in one transaction: some 50 ms of work, so that nobody waits long behind it.</summary>
    public const int Batch = 2_000;

    /// <summary>How long somebody without scripts waits between the two steps of a report.</summary>
    public static readonly TimeSpan Wait = TimeSpan.FromSeconds(10);

    /// <summary>How long a page that was opened can be reported from.</summary>
    public static readonly TimeSpan TicketAge = TimeSpan.FromHours(2);

    /// <summary>Counts by slot are kept so long: the 28 days that a baseline is made from, and the day that is shown.</summary>
    public static readonly TimeSpan KeepSlots = TimeSpan.FromDays(35);

    /// <summary>Problem types and regions by hour are kept so long.</summary>
    public static readonly TimeSpan KeepParts = TimeSpan.FromDays(3);

    /// <summary>Comments are kept so long, let through or not.</summary>
    public static readonly TimeSpan KeepComments = TimeSpan.FromDays(7);
}
