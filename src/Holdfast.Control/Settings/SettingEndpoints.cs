using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Json;
using Holdfast.Artifacts.Zones;
using Holdfast.Control.Audit;
using Holdfast.Control.Envelope;
using Holdfast.Control.Storage;
using Holdfast.Control.Zones;
using Holdfast.Model.Zones;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.Settings;

/// <summary>Zone settings: <c>/client/v4/zones/{id}/settings</c> and below it each one by its id.</summary>
internal sealed class SettingEndpoints
{
    private readonly ZoneStore _zones;
    private readonly TimeProvider _time;

    public SettingEndpoints(ZoneStore zones, TimeProvider time)
    {
        _zones = zones;
        _time = time;
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        SettingOperations.List.Map(routes, ListAsync);
        SettingOperations.EditSeveral.Map(routes, EditSeveralAsync);
        SettingOperations.Get.Map(routes, GetAsync);
        SettingOperations.Edit.Map(routes, EditAsync);
    }

    private async Task ListAsync(HttpContext context) =>
        await AnswerAsync(context, ZoneSetting.All, await FindAsync(context).ConfigureAwait(false)).ConfigureAwait(false);

    private async Task GetAsync(HttpContext context)
    {
        var zone = await FindAsync(context).ConfigureAwait(false);
        await AnswerAsync(context, Setting(context), zone).ConfigureAwait(false);
    }

    private async Task EditAsync(HttpContext context)
    {
        var setting = Setting(context);
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var there = setting.TryRead(body.Members, out var value, out var pointer);
        body.Complete(there ? ErrorCodes.Invalid : ErrorCodes.InvalidSettingValue);
        var zone = await ChangeAsync(context, [new Change(setting, value, pointer)]).ConfigureAwait(false);
        await AnswerAsync(context, setting, zone).ConfigureAwait(false);
    }

    private async Task EditSeveralAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var changes = ReadChanges(body);
        body.Complete(ErrorCodes.InvalidSettingValue);
        var zone = await ChangeAsync(context, changes).ConfigureAwait(false);
        await AnswerAsync(context, changes.Select(change => change.Setting), zone).ConfigureAwait(false);
    }

    private static List<Change> ReadChanges(RequestBody body)
    {
        const string form = "an array of 1 to 100 objects with id and value";
        var changes = new List<Change>();
        if (!body.Members.TryRequire("items", form, out var items))
        {
            return changes;
        }

        if (items.ValueKind != JsonValueKind.Array || items.GetArrayLength() is 0 or > 100)
        {
            body.Members.Report("items", StrictJson.Describe(items), form);
            return changes;
        }

        for (var i = 0; i < items.GetArrayLength(); i++)
        {
            var members = new JsonMembers(items[i], $"/items/{i}", body.Problems);
            if (members.RequireText("id", "a setting's id") is { } id)
            {
                var setting = ZoneSetting.Find(id, members.PointerTo("id"));
                if (changes.Exists(change => change.Setting == setting))
                {
                    members.Report("id", "there twice", "each setting once");
                }

                if (setting.TryRead(members, out var value, out var pointer))
                {
                    changes.Add(new Change(setting, value, pointer));
                }

                members.RefuseOthers();
            }
        }

        return changes;
    }

    private async Task<StoredZone> ChangeAsync(HttpContext context, List<Change> changes)
    {
        var id = ZoneRequests.Id(context);
        var now = _time.GetUtcNow();
        return await _zones
                .ChangeAsync(
                    id,
                    Preconditions.IfMatch(context.Request),
                    zone => Agreeing(changes.Aggregate(zone, (before, change) => change.On(before, now)), changes),
                    AuditScope.Of(context),
                    context.RequestAborted
                )
                .ConfigureAwait(false)
            ?? throw ZoneRequests.NoZone();
    }

    /// <summary>The zone, when its settings can hold together.</summary>
    private static ZoneConfig Agreeing(ZoneConfig zone, List<Change> changes)
    {
        if (ZoneSettingDefinitions.Conflict(zone.Settings) is not { } conflict)
        {
            return zone;
        }

        var pointer = changes.Count == 1 ? changes[0].Pointer : "/items";
        throw ApiException.Invalid(
            pointer,
            $"Invalid value for zone setting: {conflict.Id} is {conflict.Found}; allowed is {conflict.Allowed}",
            ErrorCodes.InvalidSettingValue
        );
    }

    private async Task<StoredZone> FindAsync(HttpContext context) =>
        await _zones.FindAsync(ZoneRequests.Id(context)).ConfigureAwait(false) ?? throw ZoneRequests.NoZone();

    private static ZoneSetting Setting(HttpContext context) =>
        ZoneSetting.Find(context.Request.RouteValues[SettingOperations.Parameter] as string ?? "");

    private Task AnswerAsync(HttpContext context, ZoneSetting setting, StoredZone zone)
    {
        Preconditions.SetTag(context.Response, zone.Generation);
        return ApiAnswer.ResultAsync(context, setting.Show(zone, _time.GetUtcNow()));
    }

    private Task AnswerAsync(HttpContext context, IEnumerable<ZoneSetting> settings, StoredZone zone)
    {
        Preconditions.SetTag(context.Response, zone.Generation);
        var now = _time.GetUtcNow();
        return ApiAnswer.ResultAsync(context, new JsonArray([.. settings.Select(setting => (JsonNode)setting.Show(zone, now))]));
    }

    /// <summary>A setting, the value that a request gives it, and where that stands.</summary>
    private sealed record Change(ZoneSetting Setting, JsonElement Value, string Pointer)
    {
        public ZoneConfig On(ZoneConfig zone, DateTimeOffset now) =>
            Setting.Change(zone, Value, now)
            ?? throw ApiException.Invalid(
                Pointer,
                $"Invalid value for zone setting {Setting.Id}: {StrictJson.Describe(Value)}; allowed is {Setting.Allowed}",
                ErrorCodes.InvalidSettingValue
            );
    }
}
