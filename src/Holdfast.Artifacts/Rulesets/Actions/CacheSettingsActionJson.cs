using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Json;
using Holdfast.Model.Rulesets;
using Holdfast.Rules.Phases;

namespace Holdfast.Artifacts.Rulesets.Actions;

/// <summary><c>set_cache_settings</c>, with the parameters that edges act on; the others are refused with the reason.</summary>
internal sealed class CacheSettingsActionJson()
    : RuleActionJson(
        "set_cache_settings",
        "an object with cache, edge_ttl, browser_ttl, serve_stale, respect_strong_etags, cache_key, additional_cacheable_ports, "
            + "origin_cache_control or origin_error_page_passthru",
        RulePhase.HttpRequestCacheSettings
    )
{
    private static readonly (string Name, string Reason)[] Refused =
    [
        ("cache_reserve", "nothing: there is no cache reserve"),
        ("read_timeout", "nothing: the setting proxy_read_timeout says it, of the zone or of a rule's set_config"),
        ("shared_dictionary", "nothing: no edge does it yet"),
        ("strip_etags", "nothing: no edge does it yet"),
        ("strip_last_modified", "nothing: no edge does it yet"),
        ("strip_set_cookie", "nothing: no edge does it yet"),
        ("origin_range_requests", "nothing: no edge does it yet"),
        ("vary", "nothing: no edge does it yet"),
    ];

    /// <inheritdoc/>
    public override RuleAction? Read(JsonMembers? members, RulePhase phase, Action missing)
    {
        if (members is null)
        {
            missing();
            return null;
        }

        foreach (var (name, reason) in Refused)
        {
            if (members.TryGet(name, out var value))
            {
                members.Report(name, StrictJson.Describe(value), reason);
            }
        }

        var action = new CacheSettingsAction
        {
            Cache = members.OptionalFlag("cache"),
            EdgeTtl = members.TryGetObject("edge_ttl", out var edge) ? TtlJson.ReadEdge(edge) : null,
            BrowserTtl = members.TryGetObject("browser_ttl", out var browser) ? TtlJson.ReadBrowser(browser) : null,
            DisableStaleWhileUpdating = ReadStale(members),
            RespectStrongEtags = members.OptionalFlag("respect_strong_etags"),
            Key = members.TryGetObject("cache_key", out var key) ? CacheKeyJson.Read(key) : null,
            CacheablePorts = ReadPorts(members),
            OriginCacheControl = OnlyTrue(members, "origin_cache_control", "true: what the origin says is always read as RFC 9111 has it"),
            OriginErrorPages = OnlyTrue(members, "origin_error_page_passthru", "true: the origin's own error pages always pass"),
        };
        if (action == new CacheSettingsAction())
        {
            missing();
        }

        return action;
    }

    /// <inheritdoc/>
    public override JsonObject? Write(RuleAction action)
    {
        var settings = (CacheSettingsAction)action;
        var json = new JsonObject();
        if (settings.Cache is { } cache)
        {
            json["cache"] = cache;
        }

        if (settings.EdgeTtl is { } edge)
        {
            json["edge_ttl"] = TtlJson.Write(edge);
        }

        if (settings.BrowserTtl is { } browser)
        {
            json["browser_ttl"] = TtlJson.Write(browser);
        }

        if (settings.DisableStaleWhileUpdating is { } disable)
        {
            json["serve_stale"] = new JsonObject { ["disable_stale_while_updating"] = disable };
        }

        if (settings.RespectStrongEtags is { } respects)
        {
            json["respect_strong_etags"] = respects;
        }

        if (settings.Key is { } key)
        {
            json["cache_key"] = CacheKeyJson.Write(key);
        }

        if (!settings.CacheablePorts.IsDefault)
        {
            json["additional_cacheable_ports"] = new JsonArray([.. settings.CacheablePorts.Select(port => (JsonNode)port)]);
        }

        if (settings.OriginCacheControl)
        {
            json["origin_cache_control"] = true;
        }

        if (settings.OriginErrorPages)
        {
            json["origin_error_page_passthru"] = true;
        }

        return json;
    }

    private static ImmutableArray<int> ReadPorts(JsonMembers members)
    {
        const string Name = "additional_cacheable_ports";
        if (!members.TryGet(Name, out var value))
        {
            return default;
        }

        var allowed = $"an array of 1 to {CacheSettingsAction.MostPorts} ports, 1 to 65535";
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() is 0 or > CacheSettingsAction.MostPorts)
        {
            members.Report(Name, StrictJson.Describe(value), allowed);
            return default;
        }

        var ports = ImmutableArray.CreateBuilder<int>();
        foreach (var element in value.EnumerateArray())
        {
            if (element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var port) && port is > 0 and <= 65_535)
            {
                ports.Add(port);
            }
            else
            {
                members.Report(Name, StrictJson.Describe(element), allowed);
            }
        }

        return ports.DrainToImmutable();
    }

    // What an edge does anyhow can be asked for, so that rules from elsewhere fit; the contrary cannot be had.
    private static bool OnlyTrue(JsonMembers members, string name, string allowed)
    {
        if (members.OptionalFlag(name) is not { } flag)
        {
            return false;
        }

        if (!flag)
        {
            members.Report(name, "false", allowed);
        }

        return flag;
    }

    private static bool? ReadStale(JsonMembers members)
    {
        if (!members.TryGetObject("serve_stale", out var stale))
        {
            return null;
        }

        var disable = stale.OptionalFlag("disable_stale_while_updating");
        stale.RefuseOthers();
        return disable;
    }
}
