using System.Text.Json;
using Holdfast.Artifacts;
using Holdfast.Control.Access;
using Holdfast.Control.Envelope;
using Holdfast.Model.Zones;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Control.Zones;

/// <summary>What requests say about zones.</summary>
internal static class ZoneRequests
{
    private const string OriginForm = "null, http://HOST[:PORT], https://HOST[:PORT] or h2c://HOST[:PORT]";

    /// <summary>The id in the route.</summary>
    /// <exception cref="ApiException">It is no id, so there is nothing of that name.</exception>
    public static string Id(HttpContext context, string parameter = PermissionCheck.ZoneParameter)
    {
        var id = context.Request.RouteValues[parameter] as string ?? "";
        return ArtifactId.IsWellFormed(id)
            ? id
            : throw ApiException.NotFound(
                $"Could not route to {context.Request.Path}, perhaps your object identifier is invalid?",
                ErrorCodes.InvalidIdentifier
            );
    }

    public static ApiException NoZone() =>
        ApiException.NotFound("Invalid zone identifier: there is no such zone", ErrorCodes.InvalidZoneIdentifier);

    /// <summary>A zone's name, canonical.</summary>
    /// <exception cref="ApiException">It is none.</exception>
    public static string Name(string? text, string pointer) =>
        ZoneName.TryNormalize(text, out var name, out var error)
            ? name
            : throw ApiException.Invalid(pointer, error, ErrorCodes.InvalidZoneName);

    /// <summary>The member <c>origin</c>: a URL or null.</summary>
    /// <param name="body">The request.</param>
    /// <param name="required">Whether it must be there.</param>
    /// <param name="origin">The origin, null when it is null or missing or wrong; what is wrong is reported.</param>
    /// <returns>Whether it is there.</returns>
    public static bool Origin(RequestBody body, bool required, out OriginUrl? origin)
    {
        origin = null;
        var there = required ? body.Members.TryRequire("origin", OriginForm, out var value) : body.Members.TryGet("origin", out value);
        if (!there || value.ValueKind == JsonValueKind.Null)
        {
            return there;
        }

        if (body.Members.RequireText("origin", OriginForm) is { } text && !OriginUrl.TryParse(text, out origin, out var error))
        {
            body.Members.Report("origin", error, OriginForm);
        }

        return true;
    }
}
