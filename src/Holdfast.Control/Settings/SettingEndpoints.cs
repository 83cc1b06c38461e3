using System.Text.Json.Nodes;
using Holdfast.Artifacts.Json;
using Holdfast.Artifacts.Zones;
using Holdfast.Control.Audit;
using Holdfast.Control.Envelope;
using Holdfast.Control.Storage;
using Holdfast.Control.Zones;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.Settings;

/// <summary>Zone settings: <c>/client/v4/zones/{id}/settings</c> and below it each one by its id.</summary>
internal sealed class SettingEndpoints
{
    private readonly ZoneStore _zones;

    public SettingEndpoints(ZoneStore zones)
    {
        _zones = zones;
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        SettingOperations.List.Map(routes, ListAsync);
        SettingOperations.Get.Map(routes, GetAsync);
        SettingOperations.Edit.Map(routes, EditAsync);
    }

    private async Task ListAsync(HttpContext context)
    {
        var zone = await FindAsync(context).ConfigureAwait(false);
        Preconditions.SetTag(context.Response, zone.Generation);
        var settings = ZoneSettingDefinitions.All.Select(setting => (JsonNode)Show(setting, zone));
        await ApiAnswer.ResultAsync(context, new JsonArray([.. settings])).ConfigureAwait(false);
    }

    private async Task GetAsync(HttpContext context)
    {
        var zone = await FindAsync(context).ConfigureAwait(false);
        await AnswerAsync(context, Setting(context), zone).ConfigureAwait(false);
    }

    private async Task EditAsync(HttpContext context)
    {
        var id = ZoneRequests.Id(context);
        var setting = Setting(context);
        var generation = Preconditions.IfMatch(context.Request);
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var there = body.Members.TryRequire("value", setting.Allowed, out var value);
        body.Complete(there ? ErrorCodes.Invalid : ErrorCodes.InvalidSettingValue);
        var zone =
            await _zones
                .ChangeAsync(
                    id,
                    generation,
                    zone =>
                        setting.Write(zone.Settings, value) is { } settings
                            ? zone with
                            {
                                Settings = settings,
                            }
                            : throw ApiException.Invalid(
                                "/value",
                                $"Invalid value for zone setting {setting.Id}: {StrictJson.Describe(value)}; allowed is {setting.Allowed}",
                                ErrorCodes.InvalidSettingValue
                            ),
                    AuditScope.Of(context),
                    context.RequestAborted
                )
                .ConfigureAwait(false)
            ?? throw ZoneRequests.NoZone();
        await AnswerAsync(context, setting, zone).ConfigureAwait(false);
    }

    private async Task<StoredZone> FindAsync(HttpContext context) =>
        await _zones.FindAsync(ZoneRequests.Id(context)).ConfigureAwait(false) ?? throw ZoneRequests.NoZone();

    private static ZoneSettingDefinition Setting(HttpContext context)
    {
        var id = context.Request.RouteValues["setting_id"] as string ?? "";
        return ZoneSettingDefinitions.Find(id)
            ?? throw new ApiException(
                400,
                new ApiError(
                    ErrorCodes.UnknownSetting,
                    $"Unrecognized zone setting name; known are {string.Join(", ", ZoneSettingDefinitions.All.Select(setting => setting.Id))}"
                )
            );
    }

    private static Task AnswerAsync(HttpContext context, ZoneSettingDefinition setting, StoredZone zone)
    {
        Preconditions.SetTag(context.Response, zone.Generation);
        return ApiAnswer.ResultAsync(context, Show(setting, zone));
    }

    private static JsonObject Show(ZoneSettingDefinition setting, StoredZone zone) =>
        new()
        {
            ["id"] = setting.Id,
            ["value"] = setting.Read(zone.Config.Settings),
            ["editable"] = true,
            ["modified_on"] = ApiAnswer.Time(zone.ModifiedAt),
        };
}
