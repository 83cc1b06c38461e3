using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Json;
using Holdfast.Model.Rulesets;
using Holdfast.Model.Zones;
using Holdfast.Rules.Phases;

namespace Holdfast.Artifacts.Rulesets.Actions;

/// <summary>
/// <c>set_config</c>: Cloudflare's <c>ssl</c>, and the settings of zones beside it that edges can tell apart request by request. Cloudflare's
/// others are refused with the reason.
/// </summary>
internal sealed class SetConfigActionJson()
    : RuleActionJson(
        "set_config",
        "an object with ssl, origin_max_http_version, proxy_read_timeout, server_timing, true_client_ip_header or websockets",
        RulePhase.HttpConfigSettings
    )
{
    private const string SslForm = "flexible, full, strict";
    private const string VersionForm = "\"1\", \"2\"";
    private const string NotYet = "nothing: no edge does it";

    private static readonly (string Name, SslMode Mode)[] Modes =
    [
        ("flexible", SslMode.Flexible),
        ("full", SslMode.Full),
        ("strict", SslMode.Strict),
    ];

    private static readonly (string Name, string Reason)[] Refused =
    [
        ("automatic_https_rewrites", NotYet),
        ("autominify", NotYet),
        ("bic", NotYet),
        ("content_converter", NotYet),
        ("disable_apps", "nothing: there are no apps"),
        ("disable_pay_per_crawl", "nothing: nobody pays per crawl here"),
        ("disable_rum", "nothing: no edge measures in visitors' browsers"),
        ("disable_zaraz", "nothing: there is no Zaraz"),
        ("email_obfuscation", NotYet),
        ("fonts", NotYet),
        ("hotlink_protection", NotYet),
        ("mirage", NotYet),
        ("opportunistic_encryption", NotYet),
        ("polish", NotYet),
        ("redirects_for_ai_training", NotYet),
        ("request_body_buffering", "nothing: a body is held back only as far as a rule reads it"),
        ("response_body_buffering", "nothing: answers always stream"),
        ("rocket_loader", NotYet),
        ("security_level", "nothing: there are no challenges yet"),
        ("server_side_excludes", NotYet),
        ("sxg", NotYet),
        ("webmcp_enabled", NotYet),
        ("webmcp_packs", NotYet),
    ];

    /// <inheritdoc/>
    public override RuleAction? Read(JsonMembers? members, RulePhase phase, Action missing)
    {
        if (members is null)
        {
            missing();
            return null;
        }

        // Asked for first, so that what is unknown is answered with them.
        var action = new SetConfigAction
        {
            Ssl = ReadSsl(members),
            OriginMaxHttpVersion = ReadVersion(members),
            ProxyReadTimeoutSeconds = (int?)members.OptionalWhole("proxy_read_timeout", 1, ZoneSettings.ProxyReadTimeoutSecondsLimit),
            ServerTiming = members.OptionalFlag("server_timing"),
            TrueClientIpHeader = members.OptionalFlag("true_client_ip_header"),
            WebSockets = members.OptionalFlag("websockets"),
        };
        var refused = false;
        foreach (var name in members.Names)
        {
            if (Array.Find(Refused, known => known.Name == name) is { Name: not null } known && members.TryGet(name, out var value))
            {
                members.Report(name, StrictJson.Describe(value), known.Reason);
                refused = true;
            }
        }

        if (!refused && action == new SetConfigAction())
        {
            missing();
        }

        return action;
    }

    /// <inheritdoc/>
    public override JsonObject? Write(RuleAction action)
    {
        var config = (SetConfigAction)action;
        var json = new JsonObject();
        Add("ssl", config.Ssl is { } ssl ? Array.Find(Modes, known => known.Mode == ssl).Name : null);
        Add("origin_max_http_version", config.OriginMaxHttpVersion?.ToString(CultureInfo.InvariantCulture));
        Add("proxy_read_timeout", config.ProxyReadTimeoutSeconds);
        Add("server_timing", config.ServerTiming);
        Add("true_client_ip_header", config.TrueClientIpHeader);
        Add("websockets", config.WebSockets);
        return json;

        void Add(string name, JsonNode? value)
        {
            if (value is not null)
            {
                json[name] = value;
            }
        }
    }

    private static SslMode? ReadSsl(JsonMembers members)
    {
        if (members.OptionalText("ssl", SslForm) is not { } name)
        {
            return null;
        }

        if (Array.Find(Modes, known => known.Name == name) is { Name: not null } known)
        {
            return known.Mode;
        }

        members.Report(
            "ssl",
            name switch
            {
                "off" => "'off', by which visitors are sent to HTTP before rules are asked; flexible speaks to the origin in the clear",
                "origin_pull" => "'origin_pull', which no edge does",
                _ => $"'{name}'",
            },
            SslForm
        );
        return null;
    }

    private static int? ReadVersion(JsonMembers members)
    {
        switch (members.OptionalText("origin_max_http_version", VersionForm))
        {
            case null:
                return null;
            case "1":
                return 1;
            case "2":
                return 2;
            case var other:
                members.Report("origin_max_http_version", $"'{other}'", VersionForm);
                return null;
        }
    }
}
