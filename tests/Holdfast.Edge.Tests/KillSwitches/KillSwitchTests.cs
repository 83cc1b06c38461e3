using System.Text.Json;
using Holdfast.Artifacts.KillSwitches;
using Holdfast.Edge.Guard;
using Holdfast.Edge.Tests.Guard;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Edge.Tests.Rules;
using Holdfast.Edge.Tests.Rules.Executing;
using Holdfast.Model.KillSwitches;
using Holdfast.Model.Rulesets;
using Holdfast.Model.Zones;
using static Holdfast.Edge.Tests.Guard.GuardedSite;

namespace Holdfast.Edge.Tests.KillSwitches;

/// <summary>Kill switches (the design's law 7): what is killed is as if it were absent.</summary>
public class KillSwitchTests
{
    // What a request and its answer are, without what differs from one to the next.
    private static readonly string[] Logged =
    [
        "ClientRequestPath",
        "EdgeResponseStatus",
        "EdgeResponseBodyBytes",
        "CacheCacheStatus",
        "CacheReason",
        "OriginResponseStatus",
        "SecurityAction",
        "SecurityRuleID",
        "SecurityRuleIDs",
        "ErrorCode",
        "Blame",
        "ModulesFailed",
    ];

    private static readonly string[] Targets =
    [
        "/",
        "/old",
        "/moved",
        "/configured",
        "/routed",
        "/admin",
        "/skipped",
        "/logged",
        "/executed/one",
        "/executed/two",
        "/root/one",
        "/root/two",
        "/cached",
        "/missing",
        "/text",
        "/plain",
        "/a.css",
    ];

    // A rule of every action that edges do; each has an id of its own.
    private static readonly RulesetConfig[] Rulesets =
    [
        .. GuardedSite
            .Rulesets.Select(set =>
                set.Phase != RuledSite.Custom
                    ? set
                    : RuledSite.Ruleset(
                        set.Phase,
                        RuledSite.Rule("http.request.uri.path eq \"/skipped\"", new SkipAction(true, [], [])),
                        RuledSite.Rule("http.request.uri.path in {\"/admin\" \"/skipped\"}", new BlockAction((BlockResponse?)null)),
                        RuledSite.Rule("http.request.uri.path eq \"/logged\"", new LogAction()),
                        RuledSite.Rule("starts_with(http.request.uri.path, \"/executed\")", AccountSets.Execute())
                    )
            )
            .Select(set =>
                set with
                {
                    Rules =
                    [
                        .. set.Rules.Select(
                            (rule, i) =>
                            {
                                var id = EdgeUnderTest.IdOf($"{set.Phase} {i}");
                                return rule with { Id = id, Ref = id };
                            }
                        ),
                    ],
                }
            ),
    ];

    // What one of them executes; an entry point of the account executes it too.
    private static readonly RulesetConfig[] Account =
    [
        AccountSets.Shared(
            RuledSite.Rule(AccountSets.Path("/executed/one"), AccountSets.Answer(411)),
            RuledSite.Rule("starts_with(http.request.uri.path, \"/executed/\")", new LogAction())
        ),
        AccountSets.Root(
            RuledSite.Rule(AccountSets.Path("/root/one"), AccountSets.Answer(412)),
            RuledSite.Rule(AccountSets.Path("/root/two"), new LogAction())
        ),
    ];

    public static TheoryData<string, bool> Subjects
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (var subject in Enum.GetNames<KillSubject>().Where(name => name != nameof(KillSubject.Release)))
            {
                data.Add(subject, false);
                if (subject is nameof(KillSubject.Module) or nameof(KillSubject.Phase) or nameof(KillSubject.Action))
                {
                    data.Add(subject, true);
                }
            }

            return data;
        }
    }

    [Fact]
    public void Samples_HaveEveryActionThatEdgesDo() =>
        Assert.Equal(
            KillSwitchArtifact.Actions,
            Rulesets.SelectMany(set => set.Rules).Select(rule => rule.Action.Name).Distinct().Order(StringComparer.Ordinal)
        );

    [Fact]
    public void Modules_AreThoseOfTheEdge() => Assert.Equal(EdgeModules.All.Select(EdgeModules.NameOf), KillSwitchArtifact.Modules);

    [Theory]
    [MemberData(nameof(Subjects))]
    public async Task Everything_Killed_IsAsIfItWereAbsent(string name, bool everywhere)
    {
        var subject = Enum.Parse<KillSubject>(name);
        await using var site = await StartAsync();
        var watch = new Watch(site);
        await PutAllAsync(site, Rulesets, Account);
        var full = await watch.SeeAsync();
        foreach (var target in TargetsOf(subject, Rulesets))
        {
            // That module does without rules what the zone's setting says.
            var settings = new ZoneSettings { Compression = target != EdgeModules.NameOf(EdgeModule.Compression) };
            await PutAllAsync(site, Without(Rulesets, subject, target), Without(Account, subject, target), settings);
            var absent = await watch.SeeAsync();
            Assert.NotEqual(full, absent);
            await PutAllAsync(site, Rulesets, Account);

            var id = await site.Edge.KillAsync(subject, target, everywhere ? null : One);
            var killed = await watch.SeeAsync();
            var noted = watch.Notes;

            Assert.Equal(absent, killed);
            Assert.All(noted, note => Assert.Equal($"[\"{id}\"]", note));
            await site.Edge.UnkillAsync(id);
            Assert.Equal(full, await watch.SeeAsync());
            Assert.All(watch.Notes, Assert.Empty);
        }
    }

    [Theory]
    [InlineData(nameof(KillSubject.Ruleset), false)]
    [InlineData(nameof(KillSubject.Ruleset), true)]
    [InlineData(nameof(KillSubject.Rule), false)]
    [InlineData(nameof(KillSubject.Rule), true)]
    [InlineData(nameof(KillSubject.Action), false)]
    [InlineData(nameof(KillSubject.Action), true)]
    public async Task AccountsRules_Killed_AreAsIfTheyWereAbsent(string name, bool everywhere)
    {
        var subject = Enum.Parse<KillSubject>(name);
        await using var site = await StartAsync();
        var watch = new Watch(site);
        var own = Rulesets.Where(set => set.Phase == RuledSite.Custom).ToArray();
        await PutAllAsync(site, own, Account);
        var full = await watch.SeeAsync();
        foreach (var target in TargetsOf(subject, [.. own, .. Account]))
        {
            await PutAllAsync(site, Without(own, subject, target), Without(Account, subject, target));
            var absent = await watch.SeeAsync();
            Assert.NotEqual(full, absent);
            await PutAllAsync(site, own, Account);

            var id = await site.Edge.KillAsync(subject, target, everywhere ? null : One);
            Assert.Equal(absent, await watch.SeeAsync());
            Assert.All(watch.Notes, note => Assert.Equal($"[\"{id}\"]", note));
            await site.Edge.UnkillAsync(id);
            Assert.Equal(full, await watch.SeeAsync());
            Assert.All(watch.Notes, Assert.Empty);
        }

        Assert.Equal(0, site.Edge.Guard.AllFaults);
    }

    [Fact]
    public async Task Killed_InOneZone_IsThereInTheOther()
    {
        await using var site = await StartAsync();
        await site.Edge.KillAsync(KillSubject.Phase, RuledSite.Custom, One);

        Assert.StartsWith("HTTP/1.1 200 ", await site.AskAsync(One, "/admin"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 403 ", await site.AskAsync(Two, "/admin"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cache", "/a.css", "CF-Cache-Status")]
    [InlineData("http_response_compression", "/text", "Content-Encoding")]
    public async Task Module_ThatIsKilled_DoesNothing(string module, string target, string mark)
    {
        await using var site = await StartAsync();
        Assert.Contains(mark, await site.AskAsync(One, target), StringComparison.OrdinalIgnoreCase);

        var id = await site.Edge.KillAsync(KillSubject.Module, module, null);
        Assert.DoesNotContain(mark, await site.AskAsync(One, target), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(mark, await site.AskAsync(Two, target), StringComparison.OrdinalIgnoreCase);

        await site.Edge.UnkillAsync(id);
        Assert.Contains(mark, await site.AskAsync(One, target), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(0, site.Edge.Guard.AllFaults);
    }

    [Fact]
    public async Task Log_ThatIsKilled_HasNoRecordOfThatZone()
    {
        await using var site = await StartAsync();
        await site.Edge.KillAsync(KillSubject.Module, "log", One);

        await site.AskAsync(One, "/first");
        await site.AskAsync(Two, "/second");

        Assert.Equal("/second", Assert.Single(await site.Edge.LogRecordsAsync(1)).GetProperty("ClientRequestPath").GetString());
    }

    [Fact]
    public async Task Release_ThatIsKilled_LeavesTheOneBefore_AlsoAfterARestartWithoutControl()
    {
        await using var origin = ScriptedOrigin.Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        var edge = await EdgeUnderTest.StartAsync();
        await PutAsync(edge, 1);
        await PutAsync(edge, 2);
        Assert.Equal("2", await SeenAsync(edge));
        var generation = edge.Zones.Find("kept.example.com"u8).Zone!.Generation;

        await edge.KillAsync(KillSubject.Release, $"{generation}", "kept.example.com");
        Assert.Equal("1", await SeenAsync(edge));
        await edge.DisposeAsync();

        edge = await EdgeUnderTest.StartAsync(data: edge.Data);
        Assert.Equal("1", await SeenAsync(edge));
        await PutAsync(edge, 3);
        Assert.Equal("3", await SeenAsync(edge));
        await edge.DisposeAsync();

        Task PutAsync(EdgeUnderTest of, int version) =>
            of.PutZoneAsync(
                "kept.example.com",
                origin.Url,
                change: zone =>
                    zone with
                    {
                        Rulesets =
                        [
                            RuledSite.Ruleset(
                                "http_response_headers_transform",
                                RuledSite.Rule(
                                    "true",
                                    new RewriteHeadersAction([
                                        new HeaderChange("X-Version", HeaderOperation.Set, new RuleText($"{version}", false)),
                                    ])
                                )
                            ),
                        ],
                    }
            );

        static async Task<string> SeenAsync(EdgeUnderTest of)
        {
            using var visitor = await Conversation.ConnectAsync(of.Http);
            await visitor.SendAsync("GET / HTTP/1.1\r\nHost: kept.example.com\r\n\r\n");
            var head = (await visitor.ReadHeadAsync())!;
            return head.Split("X-Version: ")[1].Split('\r')[0];
        }
    }

    private static IEnumerable<string> TargetsOf(KillSubject subject, RulesetConfig[] rulesets) =>
        (
            subject switch
            {
                KillSubject.Ruleset => rulesets.Select(set => set.Id),
                KillSubject.Rule => rulesets.SelectMany(set => set.Rules).Select(rule => rule.Id),
                KillSubject.Action => rulesets.SelectMany(set => set.Rules).Select(rule => rule.Action.Name),
                _ => rulesets.Select(set => set.Phase),
            }
        ).Distinct();

    private static RulesetConfig[] Without(RulesetConfig[] rulesets, KillSubject subject, string target) =>
        [
            .. rulesets
                .Select(set =>
                    set with
                    {
                        Rules =
                        [
                            .. set.Rules.Where(rule =>
                                subject switch
                                {
                                    KillSubject.Ruleset => set.Id != target,
                                    KillSubject.Rule => rule.Id != target,
                                    KillSubject.Action => rule.Action.Name != target,
                                    _ => set.Phase != target,
                                }
                            ),
                        ],
                    }
                )
                .Where(set => !set.Rules.IsEmpty),
        ];

    private static async Task PutAllAsync(
        GuardedSite site,
        RulesetConfig[] rulesets,
        RulesetConfig[] account,
        ZoneSettings? settings = null
    )
    {
        foreach (
            var gone in Account.Select(set => set.Id).Except(account.Select(set => set.Id)).Where(id => site.Edge.LiveGeneration(id) > 0)
        )
        {
            await site.Edge.RemoveAccountRulesetAsync(gone);
        }

        foreach (var set in account)
        {
            await site.Edge.PutAccountRulesetAsync(set);
        }

        await PutAsync(site, rulesets, settings);
    }

    private static Task PutAsync(GuardedSite site, RulesetConfig[] rulesets, ZoneSettings? settings = null) =>
        site.Edge.PutZoneAsync(One, site.Origin.Url, settings ?? new ZoneSettings(), zone => zone with { Rulesets = [.. rulesets] });

    /// <summary>Sees what a visitor sees, and what the log says of it.</summary>
    private sealed class Watch(GuardedSite site)
    {
        private int _records;

        /// <summary>The log's notes on what was seen last.</summary>
        public IReadOnlyList<string> Notes { get; private set; } = [];

        public async Task<string> SeeAsync()
        {
            var seen = new List<string>();
            foreach (var target in Targets)
            {
                seen.Add(await site.AskAsync(One, target));
            }

            var before = _records;
            _records += Targets.Length;
            var records = (await site.Edge.LogRecordsAsync(_records)).Skip(before).ToList();
            Notes = [.. records.Select(record => record.TryGetProperty("KillSwitches", out var ids) ? ids.ToString() : "")];
            seen.AddRange(
                records.Select(record => string.Join(' ', Logged.Select(name => Of(record, name)))).Order(StringComparer.Ordinal)
            );
            return string.Join('\n', seen);
        }

        private static string Of(JsonElement record, string name) => record.TryGetProperty(name, out var value) ? $"{name}={value}" : "";
    }
}
