using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Json;
using Holdfast.Model.Rulesets;

namespace Holdfast.Artifacts.Rulesets.Actions;

/// <summary>Lifetimes in JSON.</summary>
internal static class TtlJson
{
    private static readonly (string Name, TtlMode Mode)[] Modes =
    [
        ("respect_origin", TtlMode.RespectOrigin),
        ("bypass_by_default", TtlMode.BypassByDefault),
        ("override_origin", TtlMode.OverrideOrigin),
        ("bypass", TtlMode.Bypass),
    ];

    private static readonly string StatusesForm = string.Create(
        CultureInfo.InvariantCulture,
        $"an array of at most {EdgeTtl.MostStatuses} objects with value and status_code or status_code_range"
    );

    public static EdgeTtl? ReadEdge(JsonMembers members)
    {
        var (mode, seconds) = ReadMode(members, 3);
        var statuses = ImmutableArray.CreateBuilder<StatusTtl>();
        if (members.TryGet("status_code_ttl", out var list) && list.ValueKind != JsonValueKind.Null)
        {
            if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > EdgeTtl.MostStatuses)
            {
                members.Report("status_code_ttl", StrictJson.Describe(list), StatusesForm);
            }
            else
            {
                for (var i = 0; i < list.GetArrayLength(); i++)
                {
                    if (ReadStatus(members.At("status_code_ttl", list[i], i)) is { } status)
                    {
                        statuses.Add(status);
                    }
                }
            }
        }

        members.RefuseOthers();
        return mode is { } known ? new EdgeTtl(known, seconds, statuses.DrainToImmutable()) : null;
    }

    public static BrowserTtl? ReadBrowser(JsonMembers members)
    {
        var (mode, seconds) = ReadMode(members, 4);
        members.RefuseOthers();
        return mode is { } known ? new BrowserTtl(known, seconds) : null;
    }

    public static JsonObject Write(EdgeTtl ttl)
    {
        var json = Write(ttl.Mode, ttl.Seconds);
        if (!ttl.ByStatus.IsEmpty)
        {
            json["status_code_ttl"] = new JsonArray([.. ttl.ByStatus.Select(status => (JsonNode)Write(status))]);
        }

        return json;
    }

    public static JsonObject Write(BrowserTtl ttl) => Write(ttl.Mode, ttl.Seconds);

    private static (TtlMode? Mode, int Seconds) ReadMode(JsonMembers members, int modes)
    {
        var allowed = string.Join(", ", Modes[..modes].Select(mode => mode.Name));
        var text = members.RequireText("mode", allowed);
        var index = Array.FindIndex(Modes, 0, modes, mode => mode.Name == text);
        if (text is not null && index < 0)
        {
            members.Report("mode", $"'{text}'", allowed);
        }

        var seconds = members.OptionalWhole("default", 0, EdgeTtl.MostSeconds);
        if (index < 0)
        {
            return (null, 0);
        }

        var mode = Modes[index].Mode;
        if (mode == TtlMode.OverrideOrigin && seconds is null)
        {
            members.Report("default", "missing", "the seconds, because the mode is override_origin");
        }
        else if (mode != TtlMode.OverrideOrigin && seconds is not null)
        {
            members.Report("default", "there", "nothing unless the mode is override_origin");
        }

        return (mode, (int)(seconds ?? 0));
    }

    private static StatusTtl? ReadStatus(JsonMembers members)
    {
        var seconds = members.OptionalWhole("value", -1, EdgeTtl.MostSeconds);
        if (seconds is null)
        {
            members.Report("value", "missing", "seconds; 0 to ask the origin each time, -1 not to keep it");
        }

        var code = members.OptionalWhole("status_code", 100, 999);
        long? from = code,
            to = code;
        if (members.TryGetObject("status_code_range", out var range))
        {
            from = range.OptionalWhole("from", 100, 999) ?? 100;
            to = range.OptionalWhole("to", 100, 999) ?? 999;
            range.RefuseOthers();
            if (code is not null || from > to)
            {
                members.Report("status_code_range", "there beside status_code, or backwards", "one of the two, upwards");
            }
        }
        else if (code is null)
        {
            members.Report("status_code", "missing", "status_code or status_code_range");
        }

        members.RefuseOthers();
        return seconds is null || from is null || to is null ? null : new StatusTtl((int)from, (int)to, (int)seconds);
    }

    private static JsonObject Write(TtlMode mode, int seconds)
    {
        var json = new JsonObject { ["mode"] = Array.Find(Modes, known => known.Mode == mode).Name };
        if (mode == TtlMode.OverrideOrigin)
        {
            json["default"] = seconds;
        }

        return json;
    }

    private static JsonObject Write(StatusTtl status)
    {
        var json = new JsonObject { ["value"] = status.Seconds };
        if (status.From == status.To)
        {
            json["status_code"] = status.From;
        }
        else
        {
            json["status_code_range"] = new JsonObject { ["from"] = status.From, ["to"] = status.To };
        }

        return json;
    }
}
