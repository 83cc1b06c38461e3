using System.Text.Json;
using Holdfast.Artifacts.Bots;
using Holdfast.Cli.Roles;
using Holdfast.Cli.Terminal;
using Holdfast.Cli.Tests.TestSystem;
using Holdfast.Edge.Guard.Faults;

namespace Holdfast.Cli.Tests.Commands;

/// <summary><c>holdfast features build</c>, and what drills leave out.</summary>
public sealed class FeaturesCommandsTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task Build_WithFeaturesOfOnesOwn_AddsThemAndReplacesThoseOfTheSameName()
    {
        Write("own.json", """[{"name":"ua_missing","expression":"ssl","weight":-1},{"name":"mine","expression":"not ssl","weight":5}]""");

        var (exitCode, _, error) = await RunAsync("features", "build", "--add", "own.json", "--out", "file.json");

        Assert.Equal((0, ""), (exitCode, error));
        using var file = JsonDocument.Parse(File.ReadAllText(Path.Combine(directory.Path, "file.json")));
        var features = file.RootElement.GetProperty("features").EnumerateArray().ToList();
        Assert.Equal(ShippedBotFeatures.All.Length + 1, features.Count);
        Assert.Equal(features.Count, file.RootElement.GetProperty("rows").GetInt32());
        Assert.Equal("ssl", features.Single(f => f.GetProperty("name").GetString() == "ua_missing").GetProperty("expression").GetString());
    }

    [Theory]
    [InlineData("""[{"name":"mine","expression":"ssl and","weight":5}]""", "/expression is no valid expression")]
    [InlineData("""[{"name":"mine","expression":"ssl","weight":0}]""", "/weight is 0")]
    [InlineData("""[{"name":"mine","expression":"ssl","weight":5,"more":1}]""", "/more is an unknown member")]
    [InlineData("""[{"expression":"ssl","weight":5}]""", "a feature with a name")]
    [InlineData("""{"name":"mine"}""", "no JSON array")]
    [InlineData("[", "cannot be read")]
    public async Task Build_OfWhatNoEdgeWouldTake_WritesNothing(string own, string message)
    {
        Write("own.json", own);

        var (exitCode, output, error) = await RunAsync("features", "build", "--add", "own.json");

        Assert.NotEqual(0, exitCode);
        Assert.Equal("", output);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Build_OfTooManyOrFarMoreThanBefore_WritesNothing()
    {
        var many = Enumerable.Range(0, 200).Select(i => $$"""{"name":"f{{i}}","expression":"ssl","weight":-1}""").ToList();
        Write("many.json", $"[{string.Join(',', many)}]");
        Assert.Contains(
            "allowed is an array of 1 to 200",
            (await RunAsync("features", "build", "--add", "many.json")).Error,
            StringComparison.Ordinal
        );

        Write("some.json", $"[{string.Join(',', many.Take(60))}]");
        await RunAsync("features", "build", "--out", "before.json");
        var (_, output, error) = await RunAsync("features", "build", "--add", "some.json", "--before", "before.json");
        Assert.Equal("", output);
        Assert.Contains("in the place of", error, StringComparison.Ordinal);
        Assert.Equal(
            0,
            (await RunAsync("features", "build", "--add", "some.json", "--before", "before.json", "--any-row-change")).ExitCode
        );
    }

    [Fact]
    public void FaultyParts_WithoutFaultInjectionOrUnknown_AreRefused()
    {
        Assert.Throws<CliFailure>(() => FaultyParts.Read("edge-checks", faultInjection: false));
        Assert.Throws<CliFailure>(() => FaultyParts.Read("everything", faultInjection: true));
        var parts = FaultyParts.Read("edge-checks,feature-loader", faultInjection: true);
        Assert.Equal([FaultPoint.ListReaderMeetsNewerForm], FaultyParts.Read("list-reader", faultInjection: true).DiesAt);
        Assert.Equal(BotFeatureLimits.Standard, parts.FeaturesAtIngest);
        Assert.Equal(BotFeatureLimits.LeftOut, parts.FeaturesAtEdge);
        Assert.Equal([FaultPoint.FeatureLoaderDiesAbove200], parts.DiesAt);
        Assert.Equal(["--faulty", "edge-checks,feature-loader"], parts.Arguments);
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(directory.Path, name), text);

    private async Task<(int ExitCode, string Out, string Error)> RunAsync(params string[] arguments)
    {
        var cli = new CliRun { CurrentDirectory = directory.Path };
        var exitCode = await cli.RunAsync(arguments);
        return (exitCode, cli.Out, cli.Error);
    }
}
