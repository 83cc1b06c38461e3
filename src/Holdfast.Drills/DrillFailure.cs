namespace Holdfast.Drills;

/// <summary>A drill that cannot go on: the fleet does not start, or something that had to happen did not.</summary>
/// <param name="message">What, where, and within which time.</param>
public sealed class DrillFailure(string message) : Exception(message);
