namespace Holdfast.Rules.Planning;

/// <summary>What it means for a pass that a leaf's need was seen.</summary>
/// <param name="Rule">The first rule that may be true then; -1 when there is none.</param>
/// <param name="Others">Where the others begin in <see cref="RulePlan.OtherRules"/>.</param>
/// <param name="OtherCount">How many they are.</param>
/// <param name="Owner">The rule whose own leaf it is, which can't be decided by its guard then; -1 when there is none.</param>
/// <param name="Answer">What is known of the leaf itself: that it holds, or that it has to be asked now; see <see cref="PassAnswers"/>.</param>
internal readonly record struct SeenLeaf(int Rule, int Others, int OtherCount, int Owner, uint Answer);
