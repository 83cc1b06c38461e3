namespace Holdfast.Drills.Programs;

/// <summary>What a process of the program is started with.</summary>
/// <param name="Name">What reports call it: <c>edge-2</c>.</param>
/// <param name="Arguments">Its arguments, without the program's own name.</param>
/// <param name="Listeners">The sockets that it inherits.</param>
/// <param name="Environment">Variables to set.</param>
/// <param name="Messages">Takes what it writes to standard error.</param>
public sealed record ProgramStart(
    string Name,
    IReadOnlyList<string> Arguments,
    IReadOnlyList<IHeldListener> Listeners,
    IReadOnlyDictionary<string, string?> Environment,
    TextWriter Messages
)
{
    /// <summary>Whether its disk may be filled: a write that fails is then an error to it, and not its end.</summary>
    public bool DiskMayFill { get; init; }
}
