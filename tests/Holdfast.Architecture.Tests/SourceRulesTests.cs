namespace Holdfast.Architecture.Tests;

public class SourceRulesTests
{
    [Fact]
    public void Edge_ItsPhases_DoNotKnowEachOther() =>
        Assert.Empty(SourceRules.PhasesThatKnowEachOther(Repository.SourcesOf("Holdfast.Edge")));

    [Fact]
    public void EveryProject_ItsSql_IsInItsStorage() =>
        Assert.Empty(Repository.Projects.Keys.SelectMany(project => SourceRules.SqlOutsideStorage(project, Repository.SourcesOf(project))));

    [Fact]
    public void Model_DoesNoInputOrOutput() => Assert.Empty(SourceRules.InputOutput(Repository.SourcesOf("Holdfast.Model")));

    [Theory]
    [InlineData("using Holdfast.Edge.Phases.Cache;")]
    [InlineData("var x = new Phases.Cache.CacheRuntime();")]
    public void PhasesThatKnowEachOther_OneThatDoes_IsFound(string code)
    {
        SourceFile[] files =
        [
            new("Phases/Access/AccessPhase.cs", $"namespace Holdfast.Edge.Phases.Access;\n{code}\n"),
            new("Phases/Cache/CachePhase.cs", "namespace Holdfast.Edge.Phases.Cache;\n// as Phases.Access does\n"),
            new("Phases/Chart.cs", "using Holdfast.Edge.Phases.Cache; using Holdfast.Edge.Phases.Access;"),
        ];
        Assert.Equal(["Phases/Access/AccessPhase.cs refers to phase Cache"], SourceRules.PhasesThatKnowEachOther(files));
    }

    [Theory]
    [InlineData("using Microsoft.EntityFrameworkCore;")]
    [InlineData("database.ExecuteSqlRaw(text)")]
    [InlineData("var text = \"select id from zones\";")]
    [InlineData("using Npgsql;")]
    public void SqlOutsideStorage_SomeThatIs_IsFound(string code)
    {
        Assert.Single(
            SourceRules.SqlOutsideStorage("Holdfast.Control", [new("Zones/ZoneEndpoints.cs", code), new("Storage/Zones.cs", code)])
        );
        Assert.Single(SourceRules.SqlOutsideStorage("Holdfast.Edge", [new("Storage/Zones.cs", code)]));
    }

    [Theory]
    [InlineData("Updates the settings and selects from the list")]
    [InlineData("var text = \"Update the origin, please\";")]
    public void SqlOutsideStorage_PlainWords_AreNotFound(string code) =>
        Assert.Empty(SourceRules.SqlOutsideStorage("Holdfast.Control", [new("Zones/Zone.cs", code)]));

    [Theory]
    [InlineData("using System.IO;")]
    [InlineData("using System.Net.Sockets;")]
    [InlineData("var text = File.ReadAllText(path);")]
    [InlineData("var x = new HttpClient();")]
    [InlineData("Environment.GetEnvironmentVariable(name)")]
    public void InputOutput_SomeThatIs_IsFound(string code) => Assert.NotEmpty(SourceRules.InputOutput([new("Zones/Zone.cs", code)]));

    [Theory]
    [InlineData("using System.Net;\nvar x = IPAddress.Parse(text);")]
    [InlineData("using System.Diagnostics.CodeAnalysis;")]
    [InlineData("/// <summary>What File.ReadAllText gives.</summary>")]
    public void InputOutput_NounsAndComments_AreNotFound(string code) =>
        Assert.Empty(SourceRules.InputOutput([new("Zones/Zone.cs", code)]));
}
