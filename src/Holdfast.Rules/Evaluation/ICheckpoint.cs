namespace Holdfast.Rules.Evaluation;

/// <summary>Asked in loops over what comes from outside whether they may go on.</summary>
public interface ICheckpoint
{
    /// <summary>Returns when they may; what it throws when they may not ends the evaluation and is its owner's.</summary>
    void Pass();
}
