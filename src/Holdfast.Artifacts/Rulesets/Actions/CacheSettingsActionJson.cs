using System.Text.Json.Nodes;
using Holdfast.Artifacts.Json;
using Holdfast.Model.Rulesets;
using Holdfast.Rules.Phases;

namespace Holdfast.Artifacts.Rulesets.Actions;

/// <summary><c>set_cache_settings</c>, with the parameters that edges act on; the others are refused with the reason.</summary>
internal sealed class CacheSettingsActionJson()
    : RuleActionJson(
        "set_cache_settings",
        "an object with cache, edge_ttl, browser_ttl, serve_stale, respect_strong_etags or cache_key",
        RulePhase.HttpRequestCacheSettings
    )
{
    private static readonly (string Name, string Reason)[] Refused =
    [
        ("additional_cacheable_ports", "nothing: answers are cached on every port"),
        ("cache_reserve", "nothing: there is no cache reserve"),
        ("origin_cache_control", "nothing: what the origin says is always read as RFC 9111 has it"),
        ("origin_error_page_passthru", "nothing: the origin's own error pages always pass"),
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

        return json;
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
