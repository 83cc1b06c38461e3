namespace Holdfast.Drills.Protections;

/// <summary>Something that stands between a cause and the visitors, and that a drill can be held without.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Absence">What happens without it: one line.</param>
/// <param name="IsOfEdges">Whether edges are told to do without it; otherwise the drill does without it by itself.</param>
public sealed record Protection(string Name, string Absence, bool IsOfEdges = true)
{
    /// <summary>What a module or a loader throws, or never ends, stays with the request or the release.</summary>
    public static readonly Protection Guard = new(
        "guard",
        "what a module throws ends its request, what a loader throws ends the process; nobody looks for time budgets and lost threads"
    );

    /// <summary>Another process loads a release first.</summary>
    public static readonly Protection Taster = new("taster", "the edge itself is the first to load a release");

    /// <summary>What was refused is not tried again.</summary>
    public static readonly Protection Refusals = new("refusals", "a content that was refused is tried again whenever it comes");

    /// <summary>A release is kept when it has been loaded.</summary>
    public static readonly Protection LastKnownGood = new(
        "last-known-good",
        "an edge keeps what comes before it has loaded it, and boots with that"
    );

    /// <summary>A process that died is started again, and its sockets stay open.</summary>
    public static readonly Protection Restarts = new("restarts", "a process that died stays dead", IsOfEdges: false);
}
