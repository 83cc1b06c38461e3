namespace Holdfast.Edge.Phases.RateLimiting;

/// <summary>What became of asking for a key.</summary>
/// <param name="IsLimited">Whether the rule acts.</param>
/// <param name="Count">What is counted of the key, this time with it.</param>
/// <param name="Wait">
/// Milliseconds: when limited, until something may pass again; else until the first of what is counted leaves the window.
/// </param>
internal readonly record struct RateLimitReading(bool IsLimited, long Count, long Wait);
