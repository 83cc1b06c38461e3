using Holdfast.Rules.Fields;
using Holdfast.Rules.Syntax;

namespace Holdfast.Rules.Planning;

/// <summary>
/// Says which leaves are worth looking for though no rule needs them: with their answers there, rules are decided without running their filters
/// (<c>… and not http.referer contains "example"</c>). Where a value is looked at in any case, one more thing to look for costs next to nothing.
/// </summary>
internal static class MoreLeaves
{
    // From so many on, a value that nothing else is looked for in is worth a look.
    private const int WorthALook = 8;

    // Of those that are often seen, at most so many in one value: each that is seen costs a request something, whether or not a rule asks.
    private const int MostOften = 64;

    /// <summary>Those leaves.</summary>
    /// <param name="leaves">All leaves.</param>
    /// <param name="sources">The values that are looked at already.</param>
    public static IEnumerable<PlanLeaf> Of(IEnumerable<PlanLeaf> leaves, IReadOnlySet<Operand> sources) =>
        leaves
            .Where(leaf => leaf is { IsLookedFor: false, Trigger: not null })
            .GroupBy(leaf => leaf.Trigger!.Source)
            .Where(group => sources.Contains(group.Key) || (IsFree(group.Key) && group.Count(leaf => leaf.Uses == 1) >= WorthALook))
            .SelectMany(OfOne)
            .ToList();

    private static IEnumerable<PlanLeaf> OfOne(IEnumerable<PlanLeaf> leaves)
    {
        var often = 0;
        return leaves.Where(leaf => leaf.Trigger!.Weight < TriggerReader.Often || often++ < MostOften);
    }

    // Whether reading it takes no work: bodies are long, and a database has to be asked.
    private static bool IsFree(Operand source) =>
        source is FieldOperand { Field: { Source: SignalSource.Request or SignalSource.Connection, IsOfBody: false } };
}
