namespace Holdfast.Cli.Supervision;

/// <summary>What a child is started with, the same at every restart.</summary>
internal sealed record ChildSpec
{
    /// <summary>Its node name: <c>control</c>, <c>edge-1</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The program's arguments, <c>run edge ...</c>; they are visible to every user of the machine and hold no secret.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The listening sockets that it inherits.</summary>
    public required IReadOnlyList<ListeningSocket> Sockets { get; init; }

    /// <summary>Whether it is an edge: it can hand over to its successor, and be started in bypass.</summary>
    public bool IsEdge { get; init; }

    /// <summary>The same, started in bypass.</summary>
    public ChildSpec InBypass() => this with { Arguments = [.. Arguments, ChildArguments.Bypass] };

    /// <summary>Environment variables to set, or to take away where the value is null.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>The name; not the environment.</summary>
    public override string ToString() => Name;
}
