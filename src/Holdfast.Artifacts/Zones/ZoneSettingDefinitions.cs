using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Json;
using Holdfast.Model.Zones;

namespace Holdfast.Artifacts.Zones;

/// <summary>Every zone setting, with the spelling that Cloudflare's API gives it where it has one.</summary>
public static class ZoneSettingDefinitions
{
    private static readonly (string, SslMode)[] SslModes =
    [
        ("off", SslMode.Off),
        ("flexible", SslMode.Flexible),
        ("full", SslMode.Full),
        ("strict", SslMode.Strict),
    ];

    private static readonly (string, MinTlsVersion)[] TlsVersions = [("1.2", MinTlsVersion.Tls12), ("1.3", MinTlsVersion.Tls13)];

    private static readonly (string, CacheProfile)[] CacheProfiles =
    [
        ("cloudflare", CacheProfile.Cloudflare),
        ("standard", CacheProfile.Standard),
    ];

    private static readonly (string, CacheLevel)[] CacheLevels =
    [
        ("bypass", CacheLevel.Bypass),
        ("basic", CacheLevel.Basic),
        ("simplified", CacheLevel.Simplified),
        ("aggressive", CacheLevel.Aggressive),
    ];

    private static readonly (string, SecurityFailureMode)[] SecurityFailureModes =
    [
        ("open", SecurityFailureMode.Open),
        ("closed", SecurityFailureMode.Closed),
    ];

    private static readonly (string, int)[] HttpVersions = [("1", 1), ("2", 2)];

    /// <summary>All of them, by id in order of the alphabet.</summary>
    public static ImmutableArray<ZoneSettingDefinition> All { get; } =
    [
        Switch("always_online", settings => settings.AlwaysOnline, (settings, on) => settings with { AlwaysOnline = on }),
        Switch("always_use_https", settings => settings.AlwaysUseHttps, (settings, on) => settings with { AlwaysUseHttps = on }),
        Switch("brotli", settings => settings.Brotli, (settings, on) => settings with { Brotli = on }),
        Whole(
            "browser_cache_ttl",
            0,
            ZoneSettings.BrowserCacheTtlSecondsLimit,
            settings => settings.BrowserCacheTtlSeconds,
            (settings, seconds) => settings with { BrowserCacheTtlSeconds = seconds }
        ),
        new(
            "cache_debug_token_sha256",
            "null or the SHA-256 of a token as 64 lower-case hexadecimal digits",
            settings => settings.CacheDebugTokenSha256,
            (settings, value) =>
                value.ValueKind == JsonValueKind.Null ? settings with { CacheDebugTokenSha256 = null }
                : StrictJson.TextOf(value) is { Length: 64 } digest && digest.All(char.IsAsciiHexDigitLower)
                    ? settings with
                    {
                        CacheDebugTokenSha256 = digest,
                    }
                : null
        ),
        OneOf("cache_level", CacheLevels, settings => settings.CacheLevel, (settings, level) => settings with { CacheLevel = level }),
        OneOf(
            "cache_profile",
            CacheProfiles,
            settings => settings.CacheProfile,
            (settings, profile) => settings with { CacheProfile = profile }
        ),
        Switch("cache_slice", settings => settings.CacheSlice, (settings, on) => settings with { CacheSlice = on }),
        Switch("compression", settings => settings.Compression, (settings, on) => settings with { Compression = on }),
        new(
            "error_page_html",
            $"null or a string of 1 to {ZoneSettings.ErrorPageHtmlBytesLimit} bytes",
            settings => settings.ErrorPageHtml,
            (settings, value) =>
                value.ValueKind == JsonValueKind.Null ? settings with { ErrorPageHtml = null }
                : StrictJson.TextOf(value) is { Length: > 0 } html
                && Encoding.UTF8.GetByteCount(html) <= ZoneSettings.ErrorPageHtmlBytesLimit
                    ? settings with
                    {
                        ErrorPageHtml = html,
                    }
                : null
        ),
        Switch("http2", settings => settings.Http2, (settings, on) => settings with { Http2 = on }),
        Switch("http3", settings => settings.Http3, (settings, on) => settings with { Http3 = on }),
        Switch("ipv6", settings => settings.Ipv6, (settings, on) => settings with { Ipv6 = on }),
        Whole(
            "max_upload",
            1,
            ZoneSettings.MaxUploadMegabytesLimit,
            settings => settings.MaxUploadMegabytes,
            (settings, megabytes) => settings with { MaxUploadMegabytes = megabytes }
        ),
        OneOf(
            "min_tls_version",
            TlsVersions,
            settings => settings.MinTlsVersion,
            (settings, version) => settings with { MinTlsVersion = version },
            reason: "no edge offers 1.0 and 1.1 (RFC 8996)"
        ),
        new(
            "origin_concurrency_limit",
            $"null or a whole number from 1 to {ZoneSettings.OriginConcurrencyLimitLimit}",
            settings => settings.OriginConcurrencyLimit,
            (settings, value) =>
                value.ValueKind == JsonValueKind.Null ? settings with { OriginConcurrencyLimit = null }
                : IsWhole(value, 1, ZoneSettings.OriginConcurrencyLimitLimit, out var most)
                    ? settings with
                    {
                        OriginConcurrencyLimit = most,
                    }
                : null
        ),
        new(
            "origin_host_header",
            "null or a host name in lower case, with a port if need be",
            settings => settings.OriginHostHeader,
            (settings, value) =>
                value.ValueKind == JsonValueKind.Null ? settings with { OriginHostHeader = null }
                : StrictJson.TextOf(value) is { } host && IsHostHeader(host) ? settings with { OriginHostHeader = host }
                : null
        ),
        OneOf(
            "origin_max_http_version",
            HttpVersions,
            settings => settings.OriginMaxHttpVersion,
            (settings, version) => settings with { OriginMaxHttpVersion = version }
        ),
        new(
            "origin_queue_length",
            $"a whole number from 0 to {ZoneSettings.OriginQueueLengthLimit}",
            settings => settings.OriginQueueLength,
            (settings, value) =>
                IsWhole(value, 0, ZoneSettings.OriginQueueLengthLimit, out var length) ? settings with { OriginQueueLength = length } : null
        ),
        Whole(
            "origin_queue_timeout",
            1,
            ZoneSettings.OriginQueueTimeoutSecondsLimit,
            settings => settings.OriginQueueTimeoutSeconds,
            (settings, seconds) => settings with { OriginQueueTimeoutSeconds = seconds }
        ),
        Whole(
            "proxy_read_timeout",
            1,
            ZoneSettings.ProxyReadTimeoutSecondsLimit,
            settings => settings.ProxyReadTimeoutSeconds,
            (settings, seconds) => settings with { ProxyReadTimeoutSeconds = seconds }
        ),
        Switch(
            "respect_request_cache_control",
            settings => settings.RespectRequestCacheControl,
            (settings, on) => settings with { RespectRequestCacheControl = on }
        ),
        OneOf(
            "security_failure_mode",
            SecurityFailureModes,
            settings => settings.SecurityFailureMode,
            (settings, mode) => settings with { SecurityFailureMode = mode }
        ),
        new(
            "security_header",
            SecurityHeaderJson.Allowed,
            settings => SecurityHeaderJson.Write(settings.SecurityHeader),
            (settings, value) =>
                SecurityHeaderJson.Read(settings.SecurityHeader, value) is { } header ? settings with { SecurityHeader = header } : null
        ),
        Switch("server_timing", settings => settings.ServerTiming, (settings, on) => settings with { ServerTiming = on }),
        Switch(
            "sort_query_string_for_cache",
            settings => settings.SortQueryStringForCache,
            (settings, on) => settings with { SortQueryStringForCache = on }
        ),
        OneOf("ssl", SslModes, settings => settings.Ssl, (settings, mode) => settings with { Ssl = mode }),
        Switch("tls_1_3", settings => settings.Tls13, (settings, on) => settings with { Tls13 = on }, "no edge takes early data (zrt)"),
        Switch(
            "true_client_ip_header",
            settings => settings.TrueClientIpHeader,
            (settings, on) => settings with { TrueClientIpHeader = on }
        ),
        Switch("websockets", settings => settings.WebSockets, (settings, on) => settings with { WebSockets = on }),
    ];

    private static readonly FrozenDictionary<string, ZoneSettingDefinition> ById = All.ToFrozenDictionary(setting => setting.Id);

    /// <summary>Why these settings cannot hold together, or null.</summary>
    public static (string Id, string Found, string Allowed)? Conflict(ZoneSettings settings) =>
        settings is { Tls13: false, MinTlsVersion: MinTlsVersion.Tls13 }
            ? ("tls_1_3", "off while min_tls_version is 1.3, which leaves no version", "on, or a min_tls_version of 1.2")
            : null;

    /// <summary>The setting with this id, or null when there is none.</summary>
    public static ZoneSettingDefinition? Find(string id) => ById.GetValueOrDefault(id);

    private static ZoneSettingDefinition Switch(
        string id,
        Func<ZoneSettings, bool> read,
        Func<ZoneSettings, bool, ZoneSettings> write,
        string? reason = null
    ) => OneOf(id, [("on", true), ("off", false)], read, write, reason, isSwitch: true);

    private static ZoneSettingDefinition OneOf<T>(
        string id,
        (string Text, T Value)[] values,
        Func<ZoneSettings, T> read,
        Func<ZoneSettings, T, ZoneSettings> write,
        string? reason = null,
        bool isSwitch = false
    )
        where T : struct =>
        new(
            id,
            string.Join(", ", values.Select(value => $"\"{value.Text}\"")) + (reason is null ? "" : "; " + reason),
            settings => values.First(value => value.Value.Equals(read(settings))).Text,
            (settings, value) =>
                StrictJson.TextOf(value) is { } text && Array.FindIndex(values, known => known.Text == text) is >= 0 and var index
                    ? write(settings, values[index].Value)
                    : null
        )
        {
            IsSwitch = isSwitch,
        };

    private static ZoneSettingDefinition Whole(
        string id,
        int least,
        int most,
        Func<ZoneSettings, int> read,
        Func<ZoneSettings, int, ZoneSettings> write
    ) =>
        new(
            id,
            $"a whole number from {least} to {most}",
            settings => JsonValue.Create(read(settings)),
            (settings, value) => IsWhole(value, least, most, out var number) ? write(settings, number) : null
        );

    private static bool IsWhole(JsonElement value, int least, int most, out int number)
    {
        number = 0;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out number) && number >= least && number <= most;
    }

    private static bool IsHostHeader(string text)
    {
        var colon = text.LastIndexOf(':');
        var host = colon < 0 ? text : text[..colon];
        return host == host.ToLowerInvariant()
            && ZoneName.IsHostName(host)
            && (
                colon < 0
                || (
                    int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
                    && port is > 0 and <= 65_535
                )
            );
    }
}
