using Holdfast.Model.Releases;

namespace Holdfast.Releases.Intake;

/// <summary>Says whether a payload is an artifact of its kind. The same code runs in control before signing and on every edge after verifying.</summary>
public interface IArtifactCheck
{
    /// <summary>The kind that it checks.</summary>
    ArtifactKind Kind { get; }

    /// <summary>Checks schema, types and limits. Never throws, whatever the bytes are.</summary>
    /// <param name="formatVersion">The payload's format; one that this build does not know is a problem.</param>
    /// <param name="payload">The payload.</param>
    /// <returns>Every problem found, none when the payload is good.</returns>
    IReadOnlyList<ArtifactProblem> Check(int formatVersion, ReadOnlySpan<byte> payload);
}

/// <summary>One thing that is wrong with an artifact.</summary>
/// <param name="Pointer">The place (RFC 6901 JSON pointer); empty for the whole.</param>
/// <param name="Found">What stands there, shortened.</param>
/// <param name="Allowed">What may stand there.</param>
public sealed record ArtifactProblem(string Pointer, string Found, string Allowed)
{
    /// <summary>The first of several problems, and how many more there are.</summary>
    public static string Summary(IReadOnlyList<ArtifactProblem> problems) =>
        problems[0] + (problems.Count > 1 ? $" (and {problems.Count - 1} more)" : "");

    /// <summary>The problem as one sentence.</summary>
    public override string ToString() => $"{(Pointer.Length == 0 ? "the value" : Pointer)} is {Found}; allowed is {Allowed}";
}
