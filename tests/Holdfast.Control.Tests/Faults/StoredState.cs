using System.Diagnostics;
using Holdfast.Artifacts.Bots;
using Holdfast.Artifacts.Certificates;
using Holdfast.Artifacts.KillSwitches;
using Holdfast.Artifacts.Lists;
using Holdfast.Artifacts.Rulesets;
using Holdfast.Artifacts.Zones;
using Holdfast.Control.Audit;
using Holdfast.Control.SigningKeys;
using Holdfast.Control.Storage;
using Holdfast.Model.Lists;
using Holdfast.Model.Releases;
using Holdfast.Releases.Feed;
using Holdfast.Releases.Keys;
using Holdfast.Releases.Rollout.Waves;
using Holdfast.Releases.Wire;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.Control.Tests.Faults;

/// <summary>What a control finds that starts on the files of one that was killed.</summary>
internal static class StoredState
{
    /// <summary>
    /// The files as they are on the disk at this moment, which is what kill -9 leaves. Another process copies them: closing a file that
    /// SQLite has open would take this process's locks on it.
    /// </summary>
    public static void Copy(string data, string to)
    {
        using var copy = Process.Start("cp", ["-R", data, to]);
        copy.WaitForExit();
        Assert.Equal(0, copy.ExitCode);
    }

    /// <summary>Opens a copy, checks that everything in it fits together, and gives all of its rows as text.</summary>
    public static async Task<string> CheckAndReadAsync(string data)
    {
        var file = Path.Combine(data, "control", "control.db");
        string rows;
        using (var database = ControlDatabase.Open(file, TimeProvider.System))
        {
            await CheckReleasesAsync(database);
            rows = await KeysAsync(database, new KeyDirectory(data));
            rows += await database.ReadAsync(context => StoredRows.ReadAsync(context.Database.GetDbConnection()));
        }

        var verdict = await AuditVerification.RunAsync(
            AuditFile.ReadAsync(file, TestContext.Current.CancellationToken),
            AuditHead.Load(new KeyDirectory(data).AuditHeadFile),
            null,
            TestContext.Current.CancellationToken
        );
        Assert.Null(verdict.Problem);
        return rows;
    }

    /// <summary>
    /// What a new edge is sent is what the database has: the same zones, certificates and lists, at the same generations. Nothing of it is signed
    /// with a key that it is told to believe no more.
    /// </summary>
    private static async Task CheckReleasesAsync(ControlDatabase database)
    {
        // With what is held for its waves: the owner sees that. Read first, because what is held now may be in the feed in a moment.
        var held = await database.ReadAsync(HeldReleases.NewestAsync);
        var page = (await new ReleaseLog(database).ReadAsync(0, int.MaxValue, long.MaxValue)).Entries.ToList();
        page.RemoveAll(entry => held.Exists(row => row.Kind == entry.Kind && row.Name == entry.Name));
        page.AddRange(held.Select(row => new FeedRelease(row.Position, row.Envelope, row.Kind, row.Name, row.Generation)));
        var sent = new Dictionary<(ArtifactKind, string), (long, string)>();
        var (signedWith, retired) = (new HashSet<string>(), new HashSet<string>());
        foreach (var entry in page)
        {
            Assert.True(ReleaseCodec.TryDecode(entry.Envelope, out var release, out var error), error);
            signedWith.Add(release.KeyId);
            if (release.Kind == ArtifactKind.SigningKey)
            {
                if (KeyAnnouncement.TryParse(release.FormatVersion, release.Payload.Span, out var key) && key.Retired)
                {
                    retired.Add(key.Id);
                }
            }
            else if (release.Kind == ArtifactKind.KillSwitch)
            {
                // It is kept nowhere else.
                Assert.True(release.Removed || KillSwitchArtifact.TryParse(release.FormatVersion, release.Payload.Span, out _, out _));
            }
            else if (release.Kind == ArtifactKind.BotFeatures)
            {
                Assert.True(
                    release.Removed
                        || new BotFeatureArtifact(BotFeatureLimits.Standard).Check(release.FormatVersion, release.Payload.Span) is []
                );
            }
            else if (!release.Removed)
            {
                sent.Add((release.Kind, release.Name), (release.Generation, Convert.ToHexString(release.Payload.Span)));
            }
        }

        Assert.Empty(signedWith.Intersect(retired));
        var stored = await database.ReadAsync(async context =>
        {
            var zones = await context.Zones.ToListAsync();
            var certificates = await context.Certificates.ToListAsync();
            foreach (var zone in zones)
            {
                Assert.True(ZoneArtifact.TryParse(ZoneArtifact.FormatVersion, zone.Config, out _, out _));
            }

            foreach (var certificate in certificates)
            {
                Assert.True(CertificateArtifact.TryParse(CertificateArtifact.FormatVersion, certificate.Config, out _, out _));
            }

            return zones
                .Select(row => KeyValuePair.Create((ArtifactKind.Zone, row.Id), (row.Generation, Convert.ToHexString(row.Config))))
                .Concat(
                    certificates.Select(row =>
                        KeyValuePair.Create((ArtifactKind.Certificate, row.Id), (row.Generation, Convert.ToHexString(row.Config)))
                    )
                )
                .Concat(await ListsAsync(context))
                .Concat(await RulesetsAsync(context))
                .ToDictionary();
        });

        // Of a first release that was aborted its owner sees the content, and no edge gets it: there is nothing to go back to.
        var ended = await database.ReadAsync(context =>
            context
                .Rollouts.Where(row => row.Phase == (int)WavePhase.Failed || row.Phase == (int)WavePhase.Aborted)
                .Select(row => new
                {
                    row.Kind,
                    row.Name,
                    row.ReleaseGeneration,
                })
                .ToListAsync()
        );
        var wanted = stored.Where(pair =>
            !ended.Exists(row => row.Kind == (int)pair.Key.Item1 && row.Name == pair.Key.Id && row.ReleaseGeneration == pair.Value.Item1)
        );
        Assert.Equal(wanted.OrderBy(pair => pair.Key.Id), sent.OrderBy(pair => pair.Key.Item2));
    }

    /// <summary>The account's rulesets, each with a version that says the same; what zones execute is there.</summary>
    private static async Task<IEnumerable<KeyValuePair<(ArtifactKind, string Id), (long, string)>>> RulesetsAsync(ControlDbContext context)
    {
        var rulesets = await context.AccountRulesets.ToListAsync();
        foreach (var row in rulesets)
        {
            Assert.True(AccountRulesetArtifact.TryParse(AccountRulesetArtifact.FormatVersion, row.Config, out var ruleset, out _));
            var version = await context.AccountRulesetVersions.SingleAsync(old =>
                old.RulesetId == row.Id && old.Version == ruleset.Version
            );
            Assert.Equal(row.Config, version.Config);
        }

        Assert.Empty((await context.RulesetUses.Select(use => use.RulesetId).ToListAsync()).Except(rulesets.Select(row => row.Id)));
        return rulesets.Select(row =>
            KeyValuePair.Create((ArtifactKind.AccountRuleset, row.Id), (row.Generation, Convert.ToHexString(row.Config)))
        );
    }

    /// <summary>The lists as their rows say, with as many items as each counts.</summary>
    private static async Task<IEnumerable<KeyValuePair<(ArtifactKind, string Id), (long, string)>>> ListsAsync(ControlDbContext context)
    {
        var items = (await context.ListItems.ToListAsync()).ToLookup(item => item.ListId);
        var lists = await context.Lists.ToListAsync();
        Assert.All(lists, row => Assert.Equal(row.Items, items[row.Id].Count()));
        return lists.Select(row =>
        {
            var list = new ListConfig
            {
                Id = row.Id,
                Name = row.Name,
                Kind = (ListKind)row.Kind,
                Items = [.. items[row.Id].Select(item => item.Value).Order(StringComparer.Ordinal)],
            };
            return KeyValuePair.Create((ArtifactKind.List, row.Id), (row.Generation, Convert.ToHexString(ListArtifact.Write(list))));
        });
    }

    /// <summary>The keys as a start finds them, which finishes what was begun: the one that signs is believed, and purges are believed too.</summary>
    private static async Task<string> KeysAsync(ControlDatabase database, KeyDirectory keys)
    {
        using var signing = await SigningKeyRotation.OpenAsync(database, keys, TimeProvider.System);
        await SigningKeyRetirement.FinishAsync(database, keys);
        var trusted = keys.TrustedIds();
        Assert.Contains(signing.Signer.Key.Id, trusted);
        foreach (var envelope in await database.ReadAsync(context => context.Purges.Select(row => row.Envelope).ToListAsync()))
        {
            Assert.Contains(FeedCodec.DecodePurge(envelope).KeyId, trusted);
        }

        return $"signed with {signing.Signer.Key.Id}, trusted {string.Join(' ', trusted.Order(StringComparer.Ordinal))}\n";
    }
}
