namespace Holdfast.Edge.Guard;

/// <summary>A module was over its time at a checkpoint. It ends what the module does for this request, nothing else.</summary>
internal sealed class BudgetPassedException(TimeSpan budget) : Exception($"it took longer than the {budget.TotalMilliseconds} ms it may");
