using System.Text;
using Holdfast.Artifacts.Bots;
using Holdfast.Model.Bots;

namespace Holdfast.Artifacts.Tests.Bots;

public class BotFeatureArtifactTests
{
    private static readonly BotFeatureArtifact Artifact = new(BotFeatureLimits.Standard);

    private static readonly BotFeaturesConfig File = new()
    {
        Features =
        [
            new BotFeature("ua_command_line", "starts_with(http.user_agent, \"curl/\")", -45),
            new BotFeature("has_language", "len(http.request.headers[\"accept-language\"]) gt 0", 10),
        ],
        LeastEvidence = 20,
        Rows = 2,
        RowsBefore = 3,
    };

    private const string Good = """{"name":"a","expression":"ssl","weight":-1}""";

    [Fact]
    public void File_WrittenAndRead_IsTheSameAndAsTheGoldenFileHasIt()
    {
        var bytes = BotFeatureArtifact.Write(File);

        Assert.True(BotFeatureArtifact.TryParse(1, bytes, BotFeatureLimits.Standard, out var read, out _));
        Assert.Equal(File.Features, read.Features);
        Assert.Equal(File with { Features = [] }, read with { Features = [] });

        // What edges of this format have on their disks: another form is another format.
        var golden = System.IO.File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Bots", "bot-features-1.json")).TrimEnd();
        Assert.Equal(golden, Encoding.UTF8.GetString(bytes));
    }

    [Fact]
    public void Features_ThatShip_PassTheirOwnCheck()
    {
        Assert.Empty(Artifact.Check(1, BotFeatureArtifact.Write(ShippedBotFeatures.File)));
        Assert.InRange(ShippedBotFeatures.All.Length, 1, 100);

        // Nobody is called a person: the sum of what speaks for one is no score.
        Assert.InRange(
            ShippedBotFeatures.All.Where(feature => feature.Weight > 0).Sum(feature => feature.Weight),
            1,
            ShippedBotFeatures.LeastEvidence - 1
        );
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("{", "")]
    [InlineData("[]", "")]
    [InlineData("null", "")]
    [InlineData($$"""{"features":[{{Good}}],"least_evidence":20}""", "/rows")]
    [InlineData($$"""{"features":[{{Good}}],"rows":1}""", "/least_evidence")]
    [InlineData("""{"least_evidence":20,"rows":1}""", "/features")]
    [InlineData("""{"features":[],"least_evidence":20,"rows":1}""", "/features")]
    [InlineData("""{"features":{},"least_evidence":20,"rows":1}""", "/features")]
    [InlineData("""{"features":[1],"least_evidence":20,"rows":1}""", "/features/0")]
    [InlineData("""{"features":[null],"least_evidence":20,"rows":1}""", "/features/0")]
    [InlineData($$"""{"features":[{{Good}}],"least_evidence":20,"rows":2}""", "/rows")]
    [InlineData($$"""{"features":[{{Good}}],"least_evidence":20,"rows":null}""", "/rows")]
    [InlineData($$"""{"features":[{{Good}}],"least_evidence":20,"rows":99999999999999999999999}""", "/rows")]
    [InlineData($$"""{"features":[{{Good}}],"least_evidence":1e400,"rows":1}""", "/least_evidence")]
    [InlineData($$"""{"features":[{{Good}}],"least_evidence":0,"rows":1}""", "/least_evidence")]
    [InlineData($$"""{"features":[{{Good}}],"least_evidence":50,"rows":1}""", "/least_evidence")]
    [InlineData($$"""{"features":[{{Good}},{{Good}}],"least_evidence":20,"rows":2}""", "/features/1/name")]
    [InlineData($$"""{"features":[{{Good}}],"features":[{{Good}}],"least_evidence":20,"rows":1}""", "/features")]
    [InlineData($$"""{"features":[{{Good}}],"least_evidence":20,"rows":1,"more":1}""", "/more")]
    [InlineData($$"""{"features":[{{Good}}],"least_evidence":20,"rows":1,"any_row_change":1}""", "/any_row_change")]
    [InlineData($$"""{"features":[{{Good}}],"least_evidence":20,"rows":1,"rows_before":-1}""", "/rows_before")]
    [InlineData($$"""{"features":[{{Good}}],"least_evidence":20,"rows":1,"rows_before":12}""", "/features")]
    [InlineData("""{"features":[{"name":"A","expression":"ssl","weight":1}],"least_evidence":20,"rows":1}""", "/features/0/name")]
    [InlineData("""{"features":[{"name":"","expression":"ssl","weight":1}],"least_evidence":20,"rows":1}""", "/features/0/name")]
    [InlineData("""{"features":[{"name":7,"expression":"ssl","weight":1}],"least_evidence":20,"rows":1}""", "/features/0/name")]
    [InlineData("""{"features":[{"name":"a","expression":"ssl","weight":0}],"least_evidence":20,"rows":1}""", "/features/0/weight")]
    [InlineData("""{"features":[{"name":"a","expression":"ssl","weight":101}],"least_evidence":20,"rows":1}""", "/features/0/weight")]
    [InlineData("""{"features":[{"name":"a","expression":"ssl","weight":0.5}],"least_evidence":20,"rows":1}""", "/features/0/weight")]
    [InlineData("""{"features":[{"name":"a","expression":"ssl","weight":null}],"least_evidence":20,"rows":1}""", "/features/0/weight")]
    [InlineData("""{"features":[{"name":"a","expression":"ssl","weight":"1"}],"least_evidence":20,"rows":1}""", "/features/0/weight")]
    [InlineData("""{"features":[{"name":"a","expression":"ssl and","weight":1}],"least_evidence":20,"rows":1}""", "/features/0/expression")]
    [InlineData(
        """{"features":[{"name":"a","expression":"ip.src in $x","weight":1}],"least_evidence":20,"rows":1}""",
        "/features/0/expression"
    )]
    [InlineData(
        """{"features":[{"name":"a","expression":"cf.bot_management.score lt 3","weight":1}],"least_evidence":20,"rows":1}""",
        "/features/0/expression"
    )]
    [InlineData(
        """{"features":[{"name":"a","expression":"http.request.body.size gt 3","weight":1}],"least_evidence":20,"rows":1}""",
        "/features/0/expression"
    )]
    [InlineData("""{"features":[{"name":"a","expression":"ssl","weight":1,"more":1}],"least_evidence":20,"rows":1}""", "/features/0/more")]
    public void File_WithAFault_IsRefusedWithItsPlace(string json, string pointer) =>
        Assert.Equal(pointer, Artifact.Check(1, Encoding.UTF8.GetBytes(json))[0].Pointer);

    [Fact]
    public void File_TooLongTooLargeDoubledOrOfAnotherFormat_IsRefused()
    {
        Assert.Empty(Artifact.Check(1, BotFeatureArtifact.Write(Of(200))));
        Assert.Equal("/features", Artifact.Check(1, BotFeatureArtifact.Write(Of(201)))[0].Pointer);
        Assert.Single(Artifact.Check(1, new byte[BotFeatureLimits.MostBytes + 1]));
        Assert.Single(Artifact.Check(2, BotFeatureArtifact.Write(File)));

        var bytes = BotFeatureArtifact.Write(Of(60));
        Assert.Single(Artifact.Check(1, [.. bytes, .. bytes]));

        // A query that gives every row twice: the names are there twice, and there are twice as many.
        var features = Of(60).Features;
        var doubled = Of(60) with { Features = [.. features, .. features], Rows = 120 };
        Assert.Equal("/features/60/name", Artifact.Check(1, BotFeatureArtifact.Write(doubled))[0].Pointer);

        // And when each has another name.
        Assert.Equal("/features", Artifact.Check(1, BotFeatureArtifact.Write(Of(120) with { RowsBefore = 60 }))[0].Pointer);
        Assert.Empty(Artifact.Check(1, BotFeatureArtifact.Write(Of(120) with { RowsBefore = 60, AnyRowChange = true })));
        Assert.Empty(Artifact.Check(1, BotFeatureArtifact.Write(Of(90) with { RowsBefore = 60 })));
    }

    [Fact]
    public void File_WithChecksLeftOut_PassesAtAnyNumberAndStaysWellFormed()
    {
        var without = new BotFeatureArtifact(BotFeatureLimits.LeftOut);
        var features = Of(150).Features;
        Assert.Empty(without.Check(1, BotFeatureArtifact.Write(Of(1) with { Features = [.. features, .. features] })));
        Assert.Single(without.Check(1, "{"u8));
    }

    [Fact]
    public void File_CutAnywhereOrWithAnyByteChanged_NeverThrows()
    {
        var bytes = BotFeatureArtifact.Write(File);
        var random = new Random(17);
        for (var at = 0; at < bytes.Length; at++)
        {
            Assert.NotEmpty(Artifact.Check(1, bytes.AsSpan(0, at)));
            var changed = bytes.ToArray();
            changed[at] = (byte)random.Next(256);
            Artifact.Check(1, changed);
        }
    }

    private static BotFeaturesConfig Of(int count) =>
        new()
        {
            Features = [.. Enumerable.Range(0, count).Select(i => new BotFeature($"f{i}", $"http.host eq \"{i}\"", -1))],
            LeastEvidence = 20,
            Rows = count,
        };
}
