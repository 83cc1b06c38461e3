using System.Text.Json.Nodes;
using Holdfast.Artifacts.Bots;
using Holdfast.Control.Audit;
using Holdfast.Control.Envelope;
using Holdfast.Control.Releases;
using Holdfast.Control.Storage;
using Holdfast.Model.Bots;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.Bots;

/// <summary>The bot feature file: <c>/holdfast/v1/bot-features</c>.</summary>
internal sealed class BotFeatureEndpoints
{
    private readonly BotFeatureStore _features;
    private readonly BotFeatureLimits _limits;

    /// <param name="features">Where the file is.</param>
    /// <param name="limits">How much it may be.</param>
    public BotFeatureEndpoints(BotFeatureStore features, BotFeatureLimits limits)
    {
        _features = features;
        _limits = limits;
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        BotFeatureOperations.Get.Map(routes, GetAsync);
        BotFeatureOperations.Put.Map(routes, PutAsync);
        BotFeatureOperations.Delete.Map(routes, DeleteAsync);
    }

    private async Task GetAsync(HttpContext context) =>
        await AnswerAsync(context, await _features.FindAsync().ConfigureAwait(false) ?? throw NoFile()).ConfigureAwait(false);

    private async Task PutAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var known = Preconditions.IfMatch(context.Request);
        var file = new BotFeatureJson(_limits, body.Problems).Read(body.Members, before: null);
        body.Complete();
        try
        {
            var stored = await _features.PutAsync(file!, known, AuditScope.Of(context), context.RequestAborted).ConfigureAwait(false);
            await AnswerAsync(context, stored).ConfigureAwait(false);
        }
        catch (ArtifactInvalidException refused)
        {
            throw ApiException.Invalid(refused.Problems, ErrorCodes.Invalid);
        }
    }

    private async Task DeleteAsync(HttpContext context)
    {
        var known = Preconditions.IfMatch(context.Request);
        if (!await _features.RemoveAsync(known, AuditScope.Of(context), context.RequestAborted).ConfigureAwait(false))
        {
            throw NoFile();
        }

        await ApiAnswer.ResultAsync(context, new JsonObject { ["id"] = BotFeaturesConfig.Name }).ConfigureAwait(false);
    }

    private static ApiException NoFile() => ApiException.NotFound("there is no bot feature file");

    private static Task AnswerAsync(HttpContext context, StoredBotFeatures stored)
    {
        Preconditions.SetTag(context.Response, stored.Generation);
        return ApiAnswer.ResultAsync(context, Show(stored));
    }

    private static JsonNode Show(StoredBotFeatures stored) =>
        new JsonObject
        {
            ["features"] = new JsonArray([
                .. stored.File.Features.Select(feature =>
                    (JsonNode)
                        new JsonObject
                        {
                            ["name"] = feature.Name,
                            ["expression"] = feature.Expression,
                            ["weight"] = feature.Weight,
                        }
                ),
            ]),
            ["least_evidence"] = stored.File.LeastEvidence,
            ["rows"] = stored.File.Rows,
            ["any_row_change"] = stored.File.AnyRowChange,
            ["generation"] = stored.Generation,
            ["digest"] = stored.Digest,
            ["created_on"] = ApiAnswer.Time(stored.CreatedAt),
        };
}
