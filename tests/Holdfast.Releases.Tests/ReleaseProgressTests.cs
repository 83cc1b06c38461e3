using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Model.Releases;
using Holdfast.Releases.Feed;

namespace Holdfast.Releases.Tests;

public sealed class ReleaseProgressTests
{
    [Theory]
    [InlineData(ReleaseStage.Held)]
    [InlineData(ReleaseStage.Slice)]
    [InlineData(ReleaseStage.Live)]
    [InlineData(ReleaseStage.Good)]
    [InlineData(ReleaseStage.Reverted)]
    public void Progress_WrittenAndRead_IsTheSame(ReleaseStage stage)
    {
        var progress = Progress() with { Stage = stage, Reason = "it made 3 errors", Evidence = "3 of 40 against 0 of 360" };
        Assert.True(ReleaseProgressCodec.TryDecode(Element(ReleaseProgressCodec.Encode(progress)), out var read, out var error), error);
        Assert.Equal(progress, read);
    }

    [Fact]
    public void Progress_WithoutReason_HasAllMembersOfTheContract()
    {
        var body = ReleaseProgressCodec.Encode(Progress());
        Assert.Equal(
            """{"kind":"zone","name":"0123456789abcdef0123456789abcdef","generation":7,"digest":"__","stage":"slice","share":10,"reason":null,"evidence":null,"at":"2026-11-30T07:40:00.250Z"}""",
            body.ToJsonString().Replace(new string('a', 64), "__", StringComparison.Ordinal)
        );
        Assert.True(ReleaseProgressCodec.TryDecode(Element(body), out var read, out _));
        Assert.Null(read.Reason);
        Assert.Null(read.Evidence);
    }

    [Fact]
    public void Progress_LongReason_IsCutAndCanBeRead()
    {
        var long1 = new string('x', 5_000);
        var body = ReleaseProgressCodec.Encode(Progress() with { Reason = long1, Evidence = long1 });
        Assert.True(ReleaseProgressCodec.TryDecode(Element(body), out var read, out var error), error);
        Assert.Equal(ReleaseProgress.MaxReasonLength, read.Reason!.Length);
        Assert.Equal(ReleaseProgress.MaxEvidenceLength, read.Evidence!.Length);
    }

    [Theory]
    [InlineData("kind", "\"potato\"")]
    [InlineData("kind", "3")]
    [InlineData("name", "\"\"")]
    [InlineData("name", "null")]
    [InlineData("generation", "0")]
    [InlineData("generation", "1.5")]
    [InlineData("generation", "\"1\"")]
    [InlineData("digest", "\"abc\"")]
    [InlineData("stage", "\"Live\"")]
    [InlineData("share", "101")]
    [InlineData("share", "-1")]
    [InlineData("reason", "7")]
    [InlineData("evidence", "{}")]
    [InlineData("at", "\"yesterday\"")]
    [InlineData("at", "null")]
    public void Progress_MemberIsWrong_IsRefusedByItsName(string member, string value)
    {
        var body = ReleaseProgressCodec.Encode(Progress());
        body[member] = JsonNode.Parse(value);
        Assert.False(ReleaseProgressCodec.TryDecode(Element(body), out _, out var error));
        Assert.StartsWith(member, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"live\"")]
    [InlineData("{}")]
    public void Body_IsNoProgress_IsRefused(string body)
    {
        Assert.False(ReleaseProgressCodec.TryDecode(JsonDocument.Parse(body).RootElement, out _, out var error));
        Assert.NotEmpty(error);
    }

    private static ReleaseProgress Progress() =>
        new()
        {
            Kind = ArtifactKind.Zone,
            Name = "0123456789abcdef0123456789abcdef",
            Generation = 7,
            Digest = new string('a', 64),
            Stage = ReleaseStage.Slice,
            Share = 10,
            At = new DateTimeOffset(2026, 11, 30, 7, 40, 0, 250, TimeSpan.Zero),
        };

    private static JsonElement Element(JsonObject body) => JsonDocument.Parse(body.ToJsonString()).RootElement;
}
