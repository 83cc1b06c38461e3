using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Json;
using Holdfast.Model.Zones;
using Holdfast.Releases.Intake;

namespace Holdfast.Artifacts.Zones;

/// <summary><c>security_header</c> in Cloudflare's form: <c>{"strict_transport_security":{...}}</c>.</summary>
internal static class SecurityHeaderJson
{
    public const string Allowed =
        """{"strict_transport_security": {...}} with "enabled", "include_subdomains", "preload", "nosniff" (true or false) """
        + "and \"max_age\" (a whole number from 0 to 63072000); what is missing stays as it is";

    public static JsonObject Write(SecurityHeader header) =>
        new()
        {
            ["strict_transport_security"] = new JsonObject
            {
                ["enabled"] = header.Enabled,
                ["max_age"] = header.MaxAgeSeconds,
                ["include_subdomains"] = header.IncludeSubdomains,
                ["preload"] = header.Preload,
                ["nosniff"] = header.Nosniff,
            },
        };

    /// <summary>The header with what the value says changed; null when it says something else.</summary>
    public static SecurityHeader? Read(SecurityHeader before, JsonElement value)
    {
        var problems = new List<ArtifactProblem>();
        var outer = new JsonMembers(value, "", problems);
        if (!outer.TryRequire("strict_transport_security", Allowed, out var inner))
        {
            return null;
        }

        var members = new JsonMembers(inner, "", problems);
        var header = before with
        {
            Enabled = Flag(members, "enabled", before.Enabled),
            MaxAgeSeconds = Seconds(members, before.MaxAgeSeconds),
            IncludeSubdomains = Flag(members, "include_subdomains", before.IncludeSubdomains),
            Preload = Flag(members, "preload", before.Preload),
            Nosniff = Flag(members, "nosniff", before.Nosniff),
        };
        members.RefuseOthers();
        outer.RefuseOthers();
        return problems.Count == 0 ? header : null;
    }

    private static bool Flag(JsonMembers members, string name, bool before)
    {
        if (!members.TryGet(name, out var value))
        {
            return before;
        }

        if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            members.Report(name, StrictJson.Describe(value), "true or false");
        }

        return value.ValueKind == JsonValueKind.True;
    }

    private static int Seconds(JsonMembers members, int before)
    {
        if (!members.TryGet("max_age", out var value))
        {
            return before;
        }

        if (
            value.ValueKind == JsonValueKind.Number
            && value.TryGetInt32(out var seconds)
            && seconds is >= 0 and <= SecurityHeader.MaxAgeSecondsLimit
        )
        {
            return seconds;
        }

        members.Report("max_age", StrictJson.Describe(value), "seconds");
        return before;
    }
}
