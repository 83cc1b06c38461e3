using System.Globalization;
using Holdfast.Edge.Hosting;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Model.Rulesets;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Tests.Rules;

/// <summary>An origin, and an edge with a catch-all zone that has rules.</summary>
internal sealed class RuledSite : IAsyncDisposable
{
    public const string Custom = "http_request_firewall_custom";

    private RuledSite(ScriptedOrigin origin, EdgeUnderTest edge)
    {
        Origin = origin;
        Edge = edge;
    }

    public ScriptedOrigin Origin { get; }

    public EdgeUnderTest Edge { get; }

    /// <summary>A site whose origin answers with the target that it was asked for.</summary>
    public static Task<RuledSite> StartAsync(string phase, params RuleConfig[] rules) => StartAsync(phase, null, rules);

    /// <summary>The same, of an edge that is started otherwise.</summary>
    public static async Task<RuledSite> StartAsync(string phase, Func<EdgeOptions, EdgeOptions>? change, params RuleConfig[] rules) =>
        await StartAsync(
            new ScriptedOrigin(async c =>
            {
                while (await c.ReadHeadAsync() is { } head)
                {
                    var target = head.Split(' ')[1];
                    await c.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {target.Length}\r\n\r\n{target}");
                }
            }),
            null,
            change,
            Ruleset(phase, rules)
        );

    public static Task<RuledSite> StartAsync(ScriptedOrigin origin, ZoneSettings? settings, params RulesetConfig[] rulesets) =>
        StartAsync(origin, settings, null, rulesets);

    private static async Task<RuledSite> StartAsync(
        ScriptedOrigin origin,
        ZoneSettings? settings,
        Func<EdgeOptions, EdgeOptions>? change,
        params RulesetConfig[] rulesets
    )
    {
        var edge = await EdgeUnderTest.StartAsync(change);
        var site = new RuledSite(origin, edge);
        await edge.PutZoneAsync("*", origin.Url, settings, zone => zone with { Rulesets = [.. rulesets] });
        return site;
    }

    /// <summary>Changes the zone's rules.</summary>
    public Task PutAsync(params RulesetConfig[] rulesets) =>
        Edge.PutZoneAsync("*", Origin.Url, null, zone => zone with { Rulesets = [.. rulesets] });

    public static RulesetConfig Ruleset(string phase, params RuleConfig[] rules) =>
        new()
        {
            Id = EdgeUnderTest.IdOf(phase),
            Name = "default",
            Phase = phase,
            Version = 1,
            LastUpdated = DateTimeOffset.UnixEpoch,
            Rules = [.. rules.Select((rule, i) => rule with { Id = IdOf(i + 1), Ref = IdOf(i + 1) })],
        };

    public static RuleConfig Rule(string expression, RuleAction action) =>
        new()
        {
            Id = "",
            Ref = "",
            Version = 1,
            LastUpdated = DateTimeOffset.UnixEpoch,
            Expression = expression,
            Action = action,
        };

    /// <summary>The id of the rule at a place, from 1.</summary>
    public static string IdOf(int place) => place.ToString("x32", CultureInfo.InvariantCulture);

    /// <summary>Asks over a connection of its own.</summary>
    /// <returns>The head and the body.</returns>
    public async Task<(string Head, string Body)> AskAsync(string request)
    {
        using var visitor = await Conversation.ConnectAsync(Edge.Http);
        await visitor.SendAsync(request);
        var head = (await visitor.ReadHeadAsync())!;
        return (head, await visitor.ReadAsync(Wire.RequestWireTests.LengthOf(head)));
    }

    /// <summary>The status of a GET.</summary>
    public async Task<int> GetAsync(string target, string fields = "", string host = "example.com")
    {
        var (head, _) = await AskAsync($"GET {target} HTTP/1.1\r\nHost: {host}\r\n{fields}\r\n");
        return int.Parse(head.AsSpan(9, 3), CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        await Edge.DisposeAsync();
        await Origin.DisposeAsync();
    }
}
