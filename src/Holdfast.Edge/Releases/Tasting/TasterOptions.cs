using System.Collections.Immutable;

namespace Holdfast.Edge.Releases.Tasting;

/// <summary>How a taster is started, and what it may take.</summary>
internal sealed record TasterOptions
{
    /// <summary>The program, absolute.</summary>
    public required string FileName { get; init; }

    /// <summary>Its arguments. It must run <see cref="TasterServer"/> over its standard input and output.</summary>
    public required ImmutableArray<string> Arguments { get; init; }

    /// <summary>Variables of its environment beside the edge's.</summary>
    public ImmutableDictionary<string, string> Environment { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Most bytes of its managed heap; more ends it. Default 256 MiB: the largest artifact takes some 60.</summary>
    public long HeapBytes { get; init; } = 256L * 1024 * 1024;

    /// <summary>Most bytes of memory that it has in all; more ends it. Default 640 MiB: the heap, the runtime and native memory.</summary>
    public long ResidentBytes { get; init; } = 640L * 1024 * 1024;

    /// <summary>How long it may take to start. Default 20 s, for a machine that is starting everything at once.</summary>
    public TimeSpan StartTime { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long one release may hold the others up before it is put aside. Default 1 s; a release takes a millisecond or two, on a machine that is not overloaded.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a release that was put aside may take in all, in each of its two attempts. Default 5 s.</summary>
    public TimeSpan TasteTime { get; init; } = TimeSpan.FromSeconds(5);
}
