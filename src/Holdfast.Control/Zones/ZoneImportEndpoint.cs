using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Json;
using Holdfast.Control.Access;
using Holdfast.Control.Audit;
using Holdfast.Control.Envelope;
using Holdfast.Control.Storage;
using Holdfast.Model.Zones;
using Holdfast.Releases.Intake;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.Zones;

/// <summary>
/// <c>POST /holdfast/v1/zones/import</c>: many zones in one transaction, made or given another origin. What is wrong with one zone is
/// said of that one; the others are imported. Repeating it changes nothing.
/// </summary>
internal sealed class ZoneImportEndpoint
{
    /// <summary>Most zones of one request: a transaction of a few tenths of a second, which other writers wait for.</summary>
    public const int MaxZones = 1_000;

    private const string ZonesForm = "an array of 1 to 1,000 objects with name and origin";

    private readonly ZoneImport _import;

    public ZoneImportEndpoint(ZoneImport import)
    {
        _import = import;
    }

    public void Map(IEndpointRouteBuilder routes) => ZoneOperations.Import.Map(routes, ImportAsync);

    private async Task ImportAsync(HttpContext context)
    {
        // It makes zones that no policy names yet, and changes any of the others.
        if (!Caller.Of(context).MayEverywhere(PermissionGroups.ZoneWrite))
        {
            throw PermissionCheck.Refused(PermissionGroups.ZoneWrite);
        }

        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var errors = new List<(int Index, string Message)>();
        var zones = new List<ImportedZone>();
        if (body.Members.TryRequire("zones", ZonesForm, out var array))
        {
            if (array.ValueKind == JsonValueKind.Array && array.GetArrayLength() is > 0 and <= MaxZones)
            {
                Read(array, zones, errors);
            }
            else
            {
                body.Members.Report("zones", StrictJson.Describe(array), ZonesForm);
            }
        }

        body.Complete();
        var outcome = await _import.RunAsync(zones, AuditScope.Of(context), context.RequestAborted).ConfigureAwait(false);
        errors.AddRange(outcome.Errors);
        await ApiAnswer
            .ResultAsync(
                context,
                new JsonObject
                {
                    ["created"] = outcome.Created,
                    ["updated"] = outcome.Updated,
                    ["unchanged"] = outcome.Unchanged,
                    ["errors"] = new JsonArray([
                        .. errors
                            .OrderBy(error => error.Index)
                            .Select(error => new JsonObject { ["index"] = error.Index, ["message"] = error.Message }),
                    ]),
                }
            )
            .ConfigureAwait(false);
    }

    private static void Read(JsonElement array, List<ImportedZone> zones, List<(int Index, string Message)> errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var item in array.EnumerateArray())
        {
            var problems = new List<ArtifactProblem>();
            var members = new JsonMembers(item, "", problems);
            string? error = null;
            string? name = null;
            OriginUrl? origin = null;
            if (members.RequireText("name", "a zone's name") is { } text && !ZoneName.TryNormalize(text, out name, out error))
            {
                problems.Clear();
            }

            if (members.OptionalText("origin", "null or a URL") is { } url && error is null)
            {
                OriginUrl.TryParse(url, out origin, out error);
            }

            members.RefuseOthers();
            error ??= problems.Count > 0 ? problems[0].ToString() : null;
            if (error is null && !names.Add(name!))
            {
                error = $"the zone {name} stands twice in this request";
            }

            if (error is null)
            {
                zones.Add(new ImportedZone(index, name!, origin));
            }
            else
            {
                errors.Add((index, error));
            }

            index++;
        }
    }
}
