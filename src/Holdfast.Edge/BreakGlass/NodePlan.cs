using System.Collections.Immutable;
using Holdfast.Model.Releases;
using Holdfast.Releases.Store;

namespace Holdfast.Edge.BreakGlass;

/// <summary>What a command comes to: the state after it, and what is to be taken into use for that.</summary>
/// <param name="After">The state when everything went well.</param>
/// <param name="Said">What was done, as a sentence.</param>
internal sealed record NodePlan(LocalState After, string Said)
{
    /// <summary>Generations to take into use, one after the other.</summary>
    public ImmutableArray<Move> Moves { get; init; } = [];

    /// <summary>The release that a revert takes out of use, or null.</summary>
    public Release? Reverted { get; init; }

    /// <summary>Whether what pins held back is to be read again.</summary>
    public bool Lifts { get; init; }

    /// <summary>A generation to take into use.</summary>
    /// <param name="Artifact">The artifact.</param>
    /// <param name="Release">The generation.</param>
    /// <param name="After">The state when that is done.</param>
    internal sealed record Move(StoredArtifact Artifact, Release Release, LocalState After);
}

/// <summary>How a command ended.</summary>
/// <param name="IsDone">Whether it was done.</param>
/// <param name="Text">What was done, or why not, as a sentence.</param>
internal sealed record NodeOutcome(bool IsDone, string Text);

/// <summary>A command cannot be done; the message says why, and what to do.</summary>
internal sealed class NodeRefusedException(string message) : Exception(message);
