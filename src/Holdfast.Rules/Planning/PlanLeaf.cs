using Holdfast.Rules.Evaluation;

namespace Holdfast.Rules.Planning;

/// <summary>A comparison of a plan's filters while the plan is built; equal ones are one.</summary>
internal sealed class PlanLeaf
{
    /// <summary>What has to be seen for it to hold; null when it isn't known how to look for it.</summary>
    public Trigger? Trigger { get; set; }

    /// <summary>How often it stands in the filters.</summary>
    public int Uses { get; set; }

    /// <summary>Whether it is one of those that are looked for.</summary>
    public bool IsLookedFor { get; set; }

    /// <summary>Whether it is looked for on behalf of one rule alone.</summary>
    public bool IsOwn => IsLookedFor && Uses == 1;

    /// <summary>The number of the value that it is looked for in.</summary>
    public int Source { get; set; }

    /// <summary>Where a pass has its answer: its number while it is looked for, then that of an answer that is kept; null when none is.</summary>
    public int? Answer { get; set; }

    /// <summary>What stands for it in filters, once that is compiled.</summary>
    public TruthNode? Node { get; set; }

    /// <summary>What asks it where its answer is kept; null when it holds whenever what it needs was seen.</summary>
    public TruthNode? Asked { get; set; }
}
