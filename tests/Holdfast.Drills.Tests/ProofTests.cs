using System.Text.Json;
using Holdfast.Drills.Grading;
using Holdfast.Drills.Proving;
using Holdfast.Drills.Visitors;

namespace Holdfast.Drills.Tests;

/// <summary>The table of laws says no more than was shown.</summary>
public sealed class ProofTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Laws_All_AreThereInTheirOrder() => Assert.Equal(Enumerable.Range(1, 24), Law.All.Select(static law => law.Number));

    [Fact]
    public void Laws_TestsThatTheyName_AreThere()
    {
        var tests = Path.Combine(Root(), "tests");
        Assert.All(
            Law.All.Select(static law => law.Test).OfType<string>(),
            test => Assert.True(File.Exists(Path.Combine(tests, test + ".cs")), test)
        );
    }

    [Fact]
    public void Law_GradedByNobody_IsOpen()
    {
        var table = ProofTable.Of([Report("control-down", new LawGrade(14, true, "served"))], Noon);
        Assert.True(table.Passed);
        Assert.Equal(
            (true, "control-down", "served"),
            (table.Laws[13].Held, table.Laws[13].Drills.Single(), table.Laws[13].Figures.Single())
        );
        Assert.All(table.Laws.Where(static proof => proof.Law.Number != 14), static proof => Assert.Null(proof.Held));
    }

    [Fact]
    public void Law_BrokenInOneOfTwoDrills_IsBrokenWithItsFigure()
    {
        var table = ProofTable.Of(
            [Report("control-down", new LawGrade(14, true, "served")), Report("cold-boot", new LawGrade(14, false, "3 lost"))],
            Noon
        );
        Assert.False(table.Passed);
        Assert.Equal((false, "3 lost"), (table.Laws[13].Held, table.Laws[13].Figures.Single()));
        Assert.Equal(["control-down", "cold-boot"], table.Laws[13].Drills);
    }

    [Fact]
    public void Table_NoDrills_ProvesNothing() => Assert.False(ProofTable.Of([], Noon).Passed);

    [Fact]
    public void Table_AsJson_HasLawProofAndDate()
    {
        var json = JsonDocument.Parse(ProofTable.Of([Report("cold-boot", new LawGrade(14, false, "3 lost"))], Noon).ToJson()).RootElement;
        Assert.Equal("2026-01-02T12:00:00Z", json.GetProperty("at").GetString());
        Assert.Equal("cold-boot", json.GetProperty("failed")[0].GetString());
        var law = json.GetProperty("laws")[13];
        Assert.Equal((14, false), (law.GetProperty("law").GetInt32(), law.GetProperty("held").GetBoolean()));
        Assert.Equal(JsonValueKind.Null, json.GetProperty("laws")[5].GetProperty("held").ValueKind);
    }

    private static DrillReport Report(string drill, params LawGrade[] laws) =>
        new(DrillCatalog.Find(drill)!, null, new Timeline(), laws, null);

    private static string Root()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Holdfast.slnx")))
        {
            directory = Path.GetDirectoryName(directory) ?? throw new InvalidOperationException("the tests are not run from the sources");
        }

        return directory;
    }
}
