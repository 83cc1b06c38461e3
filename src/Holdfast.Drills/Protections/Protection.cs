namespace Holdfast.Drills.Protections;

/// <summary>Something that stands between a cause and the visitors, and that a drill can be held without.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Absence">What happens without it: one line.</param>
/// <param name="Removal">Who does without it.</param>
public sealed record Protection(string Name, string Absence, Removal Removal = Removal.Edges)
{
    /// <summary>Control checks a bot feature file before it signs it.</summary>
    public static readonly Protection IngestChecks = new(
        "ingest-checks",
        "control signs a bot feature file of any size, with doubles too",
        Removal.FaultyControl
    );

    /// <summary>Edges check it again.</summary>
    public static readonly Protection EdgeChecks = new(
        "edge-checks",
        "edges and tasters hand a bot feature file of any size to its loader",
        Removal.FaultyEdges
    );

    /// <summary>Another process loads a release first.</summary>
    public static readonly Protection Taster = new("taster", "the edge itself is the first to load a release");

    /// <summary>What a module or a loader throws, or never ends, stays with the request or the release.</summary>
    public static readonly Protection Guard = new(
        "guard",
        "what a module throws ends its request, what a loader throws ends the process; nobody looks for time budgets and lost threads"
    );

    /// <summary>What was refused is not tried again.</summary>
    public static readonly Protection Refusals = new("refusals", "a content that was refused is tried again whenever it comes");

    /// <summary>A release is kept when it has been loaded.</summary>
    public static readonly Protection LastKnownGood = new(
        "last-known-good",
        "an edge keeps what comes before it has loaded it, and boots with that"
    );

    /// <summary>A release of what many zones use goes from a few edges to more of them, and soaks in between.</summary>
    public static readonly Protection Waves = new("waves", "somebody skips the waves: a release goes to every edge at once", Removal.Drill);

    /// <summary>A process that died is started again, and its sockets stay open.</summary>
    public static readonly Protection Restarts = new("restarts", "a process that died stays dead", Removal.Drill);
}

/// <summary>Who does without a protection.</summary>
public enum Removal
{
    /// <summary>The edges: <c>--without NAME</c>.</summary>
    Edges,

    /// <summary>The edges and their tasters: <c>--faulty NAME</c>.</summary>
    FaultyEdges,

    /// <summary>Control: <c>--faulty NAME</c>.</summary>
    FaultyControl,

    /// <summary>The drill, as the one who starts the processes.</summary>
    Drill,
}
