namespace Holdfast.Drills.Proving;

/// <summary>One of the design's laws.</summary>
/// <param name="Number">From 1 on.</param>
/// <param name="Statement">What it says, in short.</param>
/// <param name="Test">A test of the sources that shows it, or null: <c>Holdfast.Edge.Tests/Guard/GuardTests</c>.</param>
public sealed record Law(int Number, string Statement, string? Test)
{
    /// <summary>All of them, in their order.</summary>
    public static IReadOnlyList<Law> All { get; } =
    [
        new(
            1,
            "what is too big, malformed, duplicated or unsigned is refused at ingest and at the edge",
            "Holdfast.Releases.Tests/ReleaseIntakeTests"
        ),
        new(2, "no bytes in an artifact can end a process", "Holdfast.Edge.Tests/Releases/TasterTests"),
        new(
            3,
            "a module's fault costs its own phase; at worst its process, without a refused connection",
            "Holdfast.Edge.Tests/Guard/GuardTests"
        ),
        new(
            4,
            "a missing signal is unknown, and a rule that reads it does not act",
            "Holdfast.Rules.Tests/Evaluation/EvaluationPropertyTests"
        ),
        new(5, "good and bad builds that alternate do not flap the fleet", "Holdfast.Releases.Tests/ReleaseIntakeTests"),
        new(6, "every kind of artifact goes through slice, wave and health gate", null),
        new(7, "killed equals absent", "Holdfast.Edge.Tests/KillSwitches/KillSwitchTests"),
        new(
            8,
            "last known good is never overwritten by something unproven; three generations are kept",
            "Holdfast.Releases.Tests/ReleaseStoreTests"
        ),
        new(9, "a candidate is loaded first in a process that may die", "Holdfast.EndToEnd.Tests/Faults/KilledTasterTests"),
        new(10, "control and edges of neighbouring versions understand each other, or refuse cleanly", null),
        new(11, "manual and emergency operations pass the same checks", null),
        new(12, "dashboard, API and sign-in work with every edge dead", "Holdfast.EndToEnd.Tests/Faults/DeadEdgesTests"),
        new(13, "with control dead, the node's own command line rolls back, kills and bypasses", null),
        new(
            14,
            "without control traffic is unchanged, and edges boot, with the newest artifact corrupt too",
            "Holdfast.EndToEnd.Tests/Faults/ColdBootTests"
        ),
        new(15, "errors cost a bounded amount", null),
        new(16, "recovery load is shed with Retry-After", "Holdfast.Control.Tests/Operators/SignInTests"),
        new(
            17,
            "an empty selector never means all; a stale plan never overwrites a newer one",
            "Holdfast.Control.Tests/Faults/WritersTests"
        ),
        new(18, "health automation has a speed limit and a panic threshold", null),
        new(19, "one invalid zone never delays another's update", "Holdfast.Releases.Tests/ReleaseTasteTests"),
        new(20, "an error spike is matched to its cause within 60 seconds", null),
        new(21, "from detection to a public notice: five minutes at most", "Holdfast.EndToEnd.Tests/Pages/DetectionTests"),
        new(22, "reloads drop nothing", "Holdfast.EndToEnd.Tests/Faults/KilledProcessTests"),
        new(23, "an allow rule wins over what comes after it", "Holdfast.Edge.Tests/Rules/AccessRuleTests"),
        new(24, "streams stream", "Holdfast.EndToEnd.Tests/Protocols/PassThroughTests"),
    ];
}
