using System.Buffers;
using System.Text.Json;
using Holdfast.Model.Releases;
using Holdfast.Model.Releases.Rehearsals;
using Holdfast.Releases.Feed;
using Holdfast.Releases.Rehearsals;

namespace Holdfast.Releases.Tests.Rehearsals;

/// <summary>Orders to rehearse and reports, as they cross the wire.</summary>
public sealed class RehearsalCodecTests
{
    private const string Id = "353e105f4ecef8ad9ca31a8372d0c023";

    [Fact]
    public void Order_InTheFeed_ReadsTheSame()
    {
        var order = new RehearsalOrder(Id, ArtifactKind.Zone, "adbe0f4ee20464ed6ced44f0600bba64", 1, "{}"u8.ToArray());
        var output = new ArrayBufferWriter<byte>();
        FeedCodec.WriteRehearsal(output, 7, order);
        var message = FeedCodec.ReadLine(output.WrittenSpan.TrimEnd((byte)'\n'));
        Assert.Equal((7L, null), (message.Position, message.Release));
        Assert.Equal(order with { Payload = default }, message.Rehearsal! with { Payload = default });
        Assert.Equal("{}"u8.ToArray(), message.Rehearsal.Payload.ToArray());
    }

    [Fact]
    public void Order_OfAKindOfANewerBuild_IsPassedOver() =>
        Assert.Null(
            FeedCodec
                .ReadLine(
                    """{"position":7,"release":null,"rehearsal":{"id":"353e105f4ecef8ad9ca31a8372d0c023","kind":"worker","name":"a","format":1,"payload":"e30="}}"""u8
                )
                .Rehearsal
        );

    [Fact]
    public void Report_WithEverything_ReadsTheSame()
    {
        var report = new RehearsalReport
        {
            Id = Id,
            LiveGeneration = 6,
            Requests = 412,
            Oldest = new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero),
            Changes =
            [
                .. Enum.GetValues<RehearsalDifference>()
                    .Select(difference => new RehearsalChange(
                        difference,
                        (int)difference + 1,
                        [new RehearsalExample("0dc90fbbf576d1cd", "GET https://example.com/", "200", "blocked (403)", null)]
                    )),
            ],
            LiveMicroseconds = 112.4,
            CandidateMicroseconds = 118,
            Note = "a note",
            Problem = null,
        };
        var read = RehearsalCodec.Decode(Parse(RehearsalCodec.Encode(report).ToJsonString()))!;
        Assert.Equal(RehearsalCodec.Encode(report).ToJsonString(), RehearsalCodec.Encode(read).ToJsonString());
        Assert.Equal(1, read.Of(RehearsalDifference.NewlyFailing));
        Assert.Equal(report.Oldest, read.Oldest);
    }

    [Fact]
    public void Report_WithLongTexts_FitsIntoARecord()
    {
        var text = new string('é', 10_000);
        var report = new RehearsalReport
        {
            Id = Id,
            Requests = 1,
            Changes =
            [
                .. Enum.GetValues<RehearsalDifference>()
                    .Select(difference => new RehearsalChange(
                        difference,
                        1,
                        [.. Enumerable.Repeat(new RehearsalExample(text, text, text, text, text), 9)]
                    )),
            ],
            Problem = text,
        };
        var written = RehearsalCodec.Encode(RehearsalCodec.Bounded(report)).ToJsonString();
        Assert.InRange(written.Length, 1, RehearsalCodec.MostBytes);
        var read = RehearsalCodec.Decode(Parse(written))!;
        Assert.Equal(RehearsalReport.MaxTextLength, read.Problem!.Length);
        Assert.Equal(Enum.GetValues<RehearsalDifference>().Length, read.Changes.Length);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"id":"x","live_generation":1,"requests":1}""")]
    [InlineData("""{"id":"353e105f4ecef8ad9ca31a8372d0c023","live_generation":-1,"requests":1}""")]
    [InlineData("""{"id":"353e105f4ecef8ad9ca31a8372d0c023","live_generation":1,"requests":"1"}""")]
    public void Report_ThatIsNone_IsNull(string text) => Assert.Null(RehearsalCodec.Decode(Parse(text)));

    [Theory]
    [InlineData("""[{"what":"worker_changed","requests":1,"examples":[]}]""")]
    [InlineData("""[1,null,{"what":"newly_blocked"},{"what":"newly_blocked","requests":0}]""")]
    [InlineData("""{}""")]
    public void Changes_ThatThisBuildDoesNotKnow_ArePassedOver(string changes) =>
        Assert.Empty(RehearsalCodec.Decode(Parse($$"""{"id":"{{Id}}","live_generation":1,"requests":1,"changes":{{changes}}}"""))!.Changes);

    private static JsonElement Parse(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
