using Holdfast.Rules.Fields;
using Holdfast.Rules.Syntax;

namespace Holdfast.Rules.Checks;

/// <summary>
/// Says what a filter would do if a source of its signals were lost, or has no source at all. A lost signal is unknown, and an unknown
/// result does not act; so these are the rules that ask whether something is known, or combine an unknown with something that decides.
/// </summary>
internal static class SourceChecks
{
    /// <summary>What there is to warn about.</summary>
    public static IEnumerable<string> WarningsFor(Expression filter)
    {
        var sources = SignalReads.Of(filter).Select(field => field.Source).Distinct().Order().ToList();
        var alive = PossibleOutcomes.Of(filter, [SignalSource.None], knownWhenLost: false);
        if (sources.Contains(SignalSource.None) && !alive.HasFlag(Outcomes.True))
        {
            yield return "this can never be true, because it depends on what nothing here knows: the rule would never act";
        }

        foreach (var source in sources.Where(SignalSources.CanDie))
        {
            var lost = PossibleOutcomes.Of(filter, [SignalSource.None, source], knownWhenLost: false);
            var name = SignalSources.Describe(source);
            if (lost == Outcomes.True && alive != Outcomes.True)
            {
                yield return $"if {name} were lost, this would be true for every request: the rule would act on everybody";
            }
            else if (
                lost.HasFlag(Outcomes.True)
                && !PossibleOutcomes.Of(filter, [SignalSource.None, source], knownWhenLost: true).HasFlag(Outcomes.True)
            )
            {
                yield return $"if {name} were lost, the rule would act on every request that the rest of the expression lets through";
            }
        }
    }
}
