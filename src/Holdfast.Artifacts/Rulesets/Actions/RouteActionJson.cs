using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Json;
using Holdfast.Model.Rulesets;
using Holdfast.Model.Zones;
using Holdfast.Rules.Phases;

namespace Holdfast.Artifacts.Rulesets.Actions;

/// <summary><c>route</c>: <c>{"host_header","origin":{"host","port"},"sni":{"value"}}</c>, or some of them.</summary>
internal sealed class RouteActionJson() : RuleActionJson("route", "an object with host_header, origin or sni", RulePhase.HttpRequestOrigin)
{
    private const string HostForm = "a host name in lower case";
    private const int MostPort = 65_535;

    /// <inheritdoc/>
    public override RuleAction? Read(JsonMembers? members, RulePhase phase, Action missing)
    {
        if (members is null)
        {
            missing();
            return null;
        }

        var header = members.OptionalText("host_header", HostForm + ", with a port if need be");
        if (header is not null && !IsHostHeader(header))
        {
            members.Report("host_header", $"'{header}'", HostForm + ", with a port if need be");
        }

        string? host = null,
            sni = null;
        int? port = null;
        if (members.TryGetObject("origin", out var origin))
        {
            host = ReadHost(origin, "host");
            port = (int?)origin.OptionalWhole("port", 1, MostPort);
            origin.RefuseOthers();
        }

        if (members.TryGetObject("sni", out var name))
        {
            sni = ReadHost(name, "value");
            if (sni is null && !name.TryGet("value", out _))
            {
                name.Report("value", "missing", HostForm);
            }

            name.RefuseOthers();
        }

        if (header is null && host is null && port is null && sni is null)
        {
            missing();
        }

        return new RouteAction(header, host, port, sni);
    }

    /// <inheritdoc/>
    public override JsonObject? Write(RuleAction action)
    {
        var route = (RouteAction)action;
        var json = new JsonObject();
        if (route.HostHeader is { } header)
        {
            json["host_header"] = header;
        }

        var origin = new JsonObject();
        if (route.OriginHost is { } host)
        {
            origin["host"] = host;
        }

        if (route.OriginPort is { } port)
        {
            origin["port"] = port;
        }

        if (origin.Count > 0)
        {
            json["origin"] = origin;
        }

        if (route.Sni is { } sni)
        {
            json["sni"] = new JsonObject { ["value"] = sni };
        }

        return json;
    }

    private static string? ReadHost(JsonMembers members, string name)
    {
        var host = members.OptionalText(name, HostForm);
        if (host is not null && !IsHost(host))
        {
            members.Report(name, $"'{host}'", HostForm);
        }

        return host;
    }

    // A name, not an address: where names lead is for their owners to say, and addresses of the inside are nobody's business.
    private static bool IsHost(string host) =>
        ZoneName.IsHostName(host) && host == host.ToLowerInvariant() && !IPAddress.TryParse(host, out _);

    private static bool IsHostHeader(string text)
    {
        var colon = text.LastIndexOf(':');
        return IsHost(colon < 0 ? text : text[..colon])
            && (
                colon < 0
                || (
                    int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
                    && port is > 0 and <= MostPort
                )
            );
    }
}
