using Holdfast.Model.Zones;

namespace Holdfast.Model.Rulesets;

/// <summary>The request runs on other settings than its zone's. What is null is left to earlier rules and to the zone.</summary>
public sealed record SetConfigAction() : RuleAction("set_config")
{
    /// <summary>How the edge speaks to the origin; never <see cref="SslMode.Off"/>, which is decided before rules are asked.</summary>
    public SslMode? Ssl { get; init; }

    /// <summary>Highest HTTP version spoken to an https origin: 1 or 2.</summary>
    public int? OriginMaxHttpVersion { get; init; }

    /// <summary>Seconds to wait for the origin's answer, and between two reads of it: 1 to <see cref="ZoneSettings.ProxyReadTimeoutSecondsLimit"/>.</summary>
    public int? ProxyReadTimeoutSeconds { get; init; }

    /// <summary>Whether the answer carries <c>Server-Timing</c>.</summary>
    public bool? ServerTiming { get; init; }

    /// <summary>Whether the origin is told the visitor's address in <c>True-Client-IP</c>.</summary>
    public bool? TrueClientIpHeader { get; init; }

    /// <summary>Whether a wish to upgrade reaches the origin.</summary>
    public bool? WebSockets { get; init; }

    /// <summary>Settings with what is said here in their place.</summary>
    public ZoneSettings On(ZoneSettings settings) =>
        settings with
        {
            Ssl = Ssl ?? settings.Ssl,
            OriginMaxHttpVersion = OriginMaxHttpVersion ?? settings.OriginMaxHttpVersion,
            ProxyReadTimeoutSeconds = ProxyReadTimeoutSeconds ?? settings.ProxyReadTimeoutSeconds,
            ServerTiming = ServerTiming ?? settings.ServerTiming,
            TrueClientIpHeader = TrueClientIpHeader ?? settings.TrueClientIpHeader,
            WebSockets = WebSockets ?? settings.WebSockets,
        };
}
