using System.Net;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Bots;

namespace Holdfast.Control.Tests;

/// <summary>The bot feature file through the API: published, shown, taken back, refused.</summary>
public sealed class BotFeatureApiTests
{
    private const string Path = "/holdfast/v1/bot-features";

    [Fact]
    public async Task File_PublishedAndTakenBack_IsShownAuditedAndPublished()
    {
        await using var control = await TestControl.StartAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await control.GetAsync(Path)).Status);

        var put = await control.PutAsync(Path, Of(60));
        Assert.Equal((HttpStatusCode.OK, 1), (put.Status, put.Result["generation"]!.GetValue<int>()));
        Assert.Equal(60, (await control.GetAsync(Path)).Result["features"]!.AsArray().Count);
        var entry = (await control.GetAsync("/holdfast/v1/audit_logs?per_page=1")).Result[0]!;
        Assert.Equal(("bot-features-update", 60), (entry["operation"]!.GetValue<string>(), entry["after"]!["rows"]!.GetValue<int>()));

        Assert.Equal(HttpStatusCode.OK, (await control.DeleteAsync(Path)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await control.GetAsync(Path)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await control.DeleteAsync(Path)).Status);
        var releases = (await control.GetAsync("/holdfast/v1/releases?kind=bot-features")).Result.AsArray();
        Assert.Equal([(2, true)], releases.Select(r => (r!["generation"]!.GetValue<int>(), r["removed"]!.GetValue<bool>())));

        // One after a removal is the first again.
        Assert.Equal(3, (await control.PutAsync(Path, Of(200))).Result["generation"]!.GetValue<int>());
    }

    [Fact]
    public async Task File_ThatIsBad_IsRefusedWithThePlaceAndNothingIsPublished()
    {
        await using var control = await TestControl.StartAsync();
        await control.PutAsync(Path, Of(60));

        async Task RefusedAsync(string body, string pointer)
        {
            var answer = await control.PutAsync(Path, body);
            Assert.Equal((HttpStatusCode.BadRequest, pointer), (answer.Status, answer.Pointer));
        }

        await RefusedAsync(Of(201), "/features");
        await RefusedAsync(Of(60).Replace("\"f59\"", "\"f0\"", StringComparison.Ordinal), "/features/59/name");
        await RefusedAsync(Of(60).Replace("\"rows\":60", "\"rows\":120", StringComparison.Ordinal), "/rows");
        await RefusedAsync(Of(120), "/features");
        await RefusedAsync(Of(5), "/features");
        await RefusedAsync(
            Of(60).Replace("http.host eq", "cf.bot_management.score eq", StringComparison.Ordinal),
            "/features/0/expression"
        );
        Assert.Equal(1, (await control.GetAsync(Path)).Result["generation"]!.GetValue<int>());

        Assert.Equal(HttpStatusCode.OK, (await control.PutAsync(Path, Of(90))).Status);
        var any = Of(10).Replace("\"rows\":", "\"any_row_change\":true,\"rows\":", StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await control.PutAsync(Path, any)).Status);
    }

    [Fact]
    public async Task File_PublishedWithoutChecks_DoesNotKeepTheNextGoodOneOut()
    {
        await using var control = await TestControl.StartAsync(configure: options =>
            options with
            {
                BotFeatures = BotFeatureLimits.LeftOut,
            }
        );
        await control.PutAsync(Path, Of(60));
        Assert.Equal(HttpStatusCode.OK, (await control.PutAsync(Path, Of(500))).Status);
        Assert.Equal(500, (await control.GetAsync(Path)).Result["features"]!.AsArray().Count);

        Assert.Equal(HttpStatusCode.OK, (await control.PutAsync(Path, Of(61))).Status);
    }

    private static string Of(int count) =>
        new JsonObject
        {
            ["features"] = new JsonArray([
                .. Enumerable
                    .Range(0, count)
                    .Select(i =>
                        (JsonNode)
                            new JsonObject
                            {
                                ["name"] = $"f{i}",
                                ["expression"] = $"http.host eq \"{i}\"",
                                ["weight"] = -1,
                            }
                    ),
            ]),
            ["least_evidence"] = 20,
            ["rows"] = count,
        }.ToJsonString();
}
