namespace Holdfast.Releases.Store;

/// <summary>Something in the release store that could not be read or written.</summary>
/// <param name="Path">The file or directory.</param>
/// <param name="Reason">What is wrong, as one sentence.</param>
public sealed record StoreProblem(string Path, string Reason);
