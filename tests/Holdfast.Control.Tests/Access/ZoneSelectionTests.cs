using Holdfast.Control.Access;

namespace Holdfast.Control.Tests.Access;

public sealed class ZoneSelectionTests
{
    private static readonly string[] Universe = ["a", "b", "c", "to come"];

    /// <summary>Every pair of selections over three zones, against what "contains" means: zone by zone, one to come included.</summary>
    [Fact]
    public void Contains_EveryPair_IsInclusionOfSets()
    {
        var selections = (
            from all in new[] { true, false }
            from mask in Enumerable.Range(0, 8)
            select new ZoneSelection(all, Universe[..3].Where((_, i) => (mask & (1 << i)) != 0).ToHashSet())
        ).ToList();
        foreach (var outer in selections)
        {
            foreach (var inner in selections)
            {
                Assert.Equal(Universe.All(zone => !Has(inner, zone) || Has(outer, zone)), outer.Contains(inner));
            }
        }
    }

    private static bool Has(ZoneSelection selection, string zone) => selection.All != selection.Ids.Contains(zone);
}
