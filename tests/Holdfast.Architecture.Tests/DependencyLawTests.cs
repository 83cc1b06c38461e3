namespace Holdfast.Architecture.Tests;

public class DependencyLawTests
{
    public static TheoryData<string> Projects => [.. Repository.Projects.Keys.Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void ProjectFile_ItsReferences_AreAllowed(string project) =>
        Assert.Empty(DependencyLaw.Violations(project, Repository.ReferencesOf(File.ReadAllText(Repository.Projects[project]))));

    [Theory]
    [MemberData(nameof(Projects))]
    public void Assembly_ItsReferences_AreAllowed(string project)
    {
        var references = Repository.AssemblyReferencesOf(project);
        Assert.True(references is not null, $"{project} is not beside the tests: Holdfast.Cli does not refer to it");
        Assert.Empty(DependencyLaw.Violations(project, references));
    }

    [Fact]
    public void Projects_InTheRepository_HaveALineInTheLaw()
    {
        Assert.NotEmpty(Repository.Projects);
        Assert.Empty(Repository.Projects.Keys.Except(DependencyLaw.AllowedReferences.Keys));
    }

    [Fact]
    public void AllowedReferences_AsAGraph_HaveNoCycle()
    {
        foreach (var project in DependencyLaw.AllowedReferences.Keys)
        {
            Assert.DoesNotContain(project, Reach(project));
        }

        static HashSet<string> Reach(string project)
        {
            var reached = new HashSet<string>();
            var open = new Stack<string>(DependencyLaw.AllowedReferences[project]);
            while (open.TryPop(out var next))
            {
                if (reached.Add(next))
                {
                    foreach (var further in DependencyLaw.AllowedReferences[next])
                    {
                        open.Push(further);
                    }
                }
            }

            return reached;
        }
    }

    [Theory]
    [InlineData(
        "Holdfast.Control",
        "<ProjectReference Include=\"../Holdfast.Edge/Holdfast.Edge.csproj\" />",
        "Holdfast.Control may not refer to Holdfast.Edge"
    )]
    [InlineData(
        "Holdfast.Edge",
        "<ProjectReference Include=\"..\\Holdfast.Control\\Holdfast.Control.csproj\" />",
        "Holdfast.Edge may not refer to Holdfast.Control"
    )]
    [InlineData(
        "Holdfast.Http",
        "<FrameworkReference Include=\"Microsoft.AspNetCore.App\" />",
        "Holdfast.Http may not use Microsoft.AspNetCore.App (Microsoft.AspNetCore)"
    )]
    [InlineData("Holdfast.Edge", "<PackageReference Include=\"Npgsql\" />", "Holdfast.Edge may not use Npgsql (Npgsql)")]
    [InlineData(
        "Holdfast.Rules",
        "<ProjectReference Include=\"../Holdfast.Http/Holdfast.Http.csproj\" />",
        "Holdfast.Rules may not refer to Holdfast.Http"
    )]
    [InlineData("Holdfast.New", "", "Holdfast.New has no line in the dependency law")]
    public void Violations_OfABadProject_AreFound(string project, string item, string expected) =>
        Assert.Equal(
            [expected],
            DependencyLaw.Violations(project, Repository.ReferencesOf($"<Project><ItemGroup>{item}</ItemGroup></Project>"))
        );

    [Theory]
    [InlineData("Holdfast.Model", "Holdfast.Releases")]
    [InlineData("Holdfast.Model", "System.Net.Sockets")]
    [InlineData("Holdfast.Http", "Microsoft.AspNetCore.Server.Kestrel.Core")]
    [InlineData("Holdfast.Http", "System.Net.Http")]
    [InlineData("Holdfast.Status", "holdfast")]
    public void Violations_OfABadAssembly_AreFound(string project, string reference) =>
        Assert.Single(DependencyLaw.Violations(project, ["System.Runtime", reference]));

    [Fact]
    public void AssemblyReferencesOf_TheProgram_AreReadFromTheCompiledFile() =>
        Assert.Contains("Spectre.Console", Repository.AssemblyReferencesOf("Holdfast.Cli")!);
}
