using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Holdfast.Edge.Guard;
using Holdfast.Edge.Guard.Faults;
using Holdfast.Edge.Hosting;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Edge.Tests.Rules;
using Holdfast.Model.Rulesets;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Tests.Guard;

/// <summary>
/// An edge that can be made to fail, with two zones that have the same rules in every phase there is, in front of an origin that answers with the
/// request as it came.
/// </summary>
internal sealed partial class GuardedSite : IAsyncDisposable
{
    public const string One = "one.example.com";
    public const string Two = "two.example.com";
    public const string Token = "3f1c6b0a94d24a17b8a5e2c7d9f00112";

    // Each module with a request that it does something to, and what it does.
    public static readonly (EdgeModule Module, string Target, string Mark)[] Effects =
    [
        (EdgeModule.DynamicRedirect, "/old", "HTTP/1.1 302 "),
        (EdgeModule.Transform, "/moved", "GET /new "),
        (EdgeModule.ConfigSettings, "/configured", "true-client-ip: 127.0.0.1"),
        (EdgeModule.OriginRules, "/routed", "host: routed.example.com"),
        (EdgeModule.FirewallCustom, "/admin", "HTTP/1.1 403 "),
        (EdgeModule.LateTransform, "/", "x-late: 1"),
        (EdgeModule.CacheSettings, "/cached", "CF-Cache-Status: MISS"),
        (EdgeModule.CustomErrors, "/missing", "sorry"),
        (EdgeModule.ResponseHeadersTransform, "/", "X-Seen: 1"),
        (EdgeModule.Compression, "/text", "Content-Encoding: gzip"),
        (EdgeModule.Cache, "/a.css", "CF-Cache-Status: MISS"),
    ];

    private static int _next;

    private GuardedSite(ScriptedOrigin origin, EdgeUnderTest edge)
    {
        Origin = origin;
        Edge = edge;
    }

    public ScriptedOrigin Origin { get; }

    public EdgeUnderTest Edge { get; }

    /// <summary>Limits under which a test needs not wait.</summary>
    public static GuardLimits Quick { get; } =
        new()
        {
            TimeBudget = TimeSpan.FromMilliseconds(100),
            FirstRest = TimeSpan.FromHours(1),
            LongestRest = TimeSpan.FromHours(1),
        };

    public static async Task<GuardedSite> StartAsync(
        GuardLimits? limits = null,
        Func<EdgeOptions, EdgeOptions>? change = null,
        ZoneSettings? settings = null
    )
    {
        var origin = new ScriptedOrigin(async c =>
        {
            while (await c.ReadHeadAsync() is { } head)
            {
                var body = Changing()
                    .Replace(head, "")
                    .ToLowerInvariant()
                    .Replace("get ", "GET ", StringComparison.Ordinal)
                    .PadRight(2000, '.');
                var status = head.Contains(" /missing", StringComparison.Ordinal) ? "404 No" : "200 OK";
                await c.SendAsync($"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {body.Length}\r\n\r\n{body}");
            }
        });
        var edge = await EdgeUnderTest.StartAsync(options =>
        {
            var faulty = options with { FaultInjection = true, Guard = limits ?? Quick };
            return change is null ? faulty : change(faulty);
        });
        var site = new GuardedSite(origin, edge);
        foreach (var name in (string[])[One, Two])
        {
            await edge.PutZoneAsync(
                name,
                origin.Url,
                (settings ?? new ZoneSettings()) with
                {
                    CacheDebugTokenSha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(Token))),
                },
                zone => zone with { Rulesets = [.. Rulesets] }
            );
        }

        return site;
    }

    public static IEnumerable<RulesetConfig> Rulesets =>
        [
            Of("http_request_dynamic_redirect", "/old", new RedirectAction(new RuleText("https://example.com/", false), 302, false)),
            Of("http_request_transform", "/moved", new RewriteUriAction(new RuleText("/new", false), null)),
            Of("http_config_settings", "/configured", new SetConfigAction { TrueClientIpHeader = true }),
            Of("http_request_origin", "/routed", new RouteAction("routed.example.com", null, null, null)),
            Of(RuledSite.Custom, "/admin", new BlockAction((BlockResponse?)null)),
            Of("http_request_late_transform", "/", Set("X-Late")),
            Of("http_request_cache_settings", "/cached", new CacheSettingsAction { Cache = true }),
            Of("http_custom_errors", "/missing", new ServeErrorAction("sorry", "text/plain", null)),
            Of("http_response_headers_transform", "/", Set("X-Seen")),
            Of("http_response_compression", "/plain", new CompressResponseAction([CompressionAlgorithm.None])),
        ];

    /// <summary>Makes a zone's module fail.</summary>
    public void Trip(FaultPoint point, FaultAction action, int count = 1, int amount = 0, string zone = One) =>
        Edge.Guard.Faults!.Trip(new TrippedFault(point, action, zone.Length == 0 ? "" : EdgeUnderTest.IdOf(zone), count, amount));

    /// <summary>The whole answer to a request, without what differs from one to the next.</summary>
    public async Task<string> AskAsync(string zone, string target, string fields = "")
    {
        using var visitor = await Conversation.ConnectAsync(Edge.Http);

        // Each is asked for anew, so that what is stored is never in the way.
        var query = Interlocked.Increment(ref _next);
        await visitor.SendAsync(
            $"GET {target}?{query} HTTP/1.1\r\nHost: {zone}\r\nAccept-Encoding: {(target is "/text" or "/plain" ? "gzip" : "identity")}\r\n{fields}Connection: close\r\n\r\n"
        );
        return Changing().Replace(await visitor.ReadToEndAsync(), "");
    }

    public async ValueTask DisposeAsync()
    {
        await Edge.DisposeAsync();
        await Origin.DisposeAsync();
    }

    private static RewriteHeadersAction Set(string name) => new([new HeaderChange(name, HeaderOperation.Set, new RuleText("1", false))]);

    private static RulesetConfig Of(string phase, string path, RuleAction action) =>
        RuledSite.Ruleset(phase, RuledSite.Rule($"http.request.uri.path eq \"{path}\"", action));

    [GeneratedRegex(
        "\\?[0-9]+|(?im:^(Date|CF-Ray|X-Ray-Id|Report-To|Server-Timing|Holdfast-Generation): .*\r\n)|ray id: [0-9a-f]+|Time: [-0-9: ]+ UTC|[0-9a-f]{16}(-LOC)?"
    )]
    private static partial Regex Changing();
}
