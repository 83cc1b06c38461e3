namespace Holdfast.Drills.Grading;

/// <summary>How one law of the design came out.</summary>
/// <param name="Law">Its number, 1 to 24.</param>
/// <param name="Passed">Whether it held.</param>
/// <param name="Figure">What was measured.</param>
public sealed record LawGrade(int Law, bool Passed, string Figure);
