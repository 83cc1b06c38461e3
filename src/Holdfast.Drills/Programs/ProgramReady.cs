namespace Holdfast.Drills.Programs;

/// <summary>What a process says of itself when it serves.</summary>
/// <param name="AdminToken">Control's first token, at the start that made it; otherwise null.</param>
/// <param name="Management">An edge's management listener; null for control.</param>
public sealed record ProgramReady(string? AdminToken, Uri? Management);
