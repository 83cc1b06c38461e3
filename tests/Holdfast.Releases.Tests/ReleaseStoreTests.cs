using CsCheck;
using Holdfast.Model.Releases;
using Holdfast.Releases.Store;

namespace Holdfast.Releases.Tests;

public sealed class ReleaseStoreTests
{
    // Small enough that a few releases fill segments and bring checkpoints and rewriting about.
    private static readonly ReleaseStoreLimits Small = new() { SegmentBytes = 4096, CheckpointBytes = 8192 };

    [Fact]
    public void Store_FiveGenerations_KeepsThreeAndOpensAtTheNewest()
    {
        using var fixture = new Fixture();
        using (var store = fixture.Store())
        {
            for (var generation = 1; generation <= 5; generation++)
            {
                Assert.Null(store.Keep(fixture.Zone("a", generation), 7, out _));
            }

            Assert.Null(store.SavePosition(5));
        }

        using var again = fixture.Store(out var contents);
        Assert.Equal((1, 5), (contents.Live, contents.Position));
        Assert.Empty(contents.Problems);
        var artifact = Assert.Single(again.Artifacts());
        Assert.Equal((5, 7ul, false), (artifact.Generation, artifact.Key, artifact.Removed));
        Assert.Equal([5, 4, 3], GenerationsOf(again, "a"));
        Assert.Equal("a", again.NameOf(artifact.Number));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Open_WithOrWithoutTheIndex_FindsTheSame(bool index)
    {
        using var fixture = new Fixture();
        var ids = Enumerable.Range(0, 30).Select(i => $"{i:x32}").ToArray();
        using (var store = fixture.Store(Small))
        {
            foreach (var id in ids)
            {
                store.Keep(fixture.Zone(id, 1), 3, out _);
            }

            store.Keep(fixture.Zone(ids[3], 2), 4, out _);
            store.Keep(fixture.Removal(ids[5], 2), 0, out _);
            store.SavePosition(32);
        }

        if (!index)
        {
            File.Delete(Path.Combine(fixture.StorePath, "index"));
        }

        using var again = fixture.Store(out var contents, Small);
        Assert.Equal((29, 32), (contents.Live, contents.Position));
        Assert.Empty(contents.Problems);
        Assert.Equal((2, 4ul), (again.Find(ArtifactKind.Zone, ids[3])!.Value.Generation, again.Find(ArtifactKind.Zone, ids[3])!.Value.Key));
        Assert.True(again.Find(ArtifactKind.Zone, ids[5])!.Value.Removed);
        Assert.All(ids.Where(id => id != ids[5]), id => Assert.NotEmpty(GenerationsOf(again, id)));
    }

    [Fact]
    public void Generations_NewestDamaged_SaysWhereAndGoesOnWithTheOneBefore()
    {
        using var fixture = new Fixture();
        using (var store = fixture.Store())
        {
            store.Keep(fixture.Zone("a", 1), 0, out _);
            store.Keep(fixture.Zone("a", 2), 0, out _);
            store.Keep(fixture.Zone("b", 1), 0, out _);
            store.SavePosition(3);
        }

        fixture.Damage(fixture.Zone("a", 2));
        using var again = fixture.Store(out var contents);
        Assert.Empty(contents.Problems);
        var a = again.Find(ArtifactKind.Zone, "a")!.Value.Number;
        var stored = again.Generations(a).ToList();
        Assert.Equal(fixture.Segment, stored[0].Problem!.Path);
        Assert.Contains("checksum", stored[0].Problem!.Reason, StringComparison.Ordinal);
        Assert.Equal(1, stored[1].Release!.Generation);
        Assert.Equal([1], GenerationsOf(again, "b"));

        // It comes again by the feed and is taken, although its generation is known.
        Assert.Null(again.Keep(fixture.Zone("a", 2), 0, out _));
        Assert.Equal([2, 1], GenerationsOf(again, "a"));
    }

    [Fact]
    public void Generations_HeadOfTheNewestDamaged_StillFindsTheOneBefore()
    {
        using var fixture = new Fixture();
        using (var store = fixture.Store())
        {
            store.Keep(fixture.Zone("a", 1), 0, out _);
            store.Keep(fixture.Zone("a", 2), 0, out _);
        }

        var bytes = File.ReadAllBytes(fixture.Segment);
        bytes[bytes.AsSpan().LastIndexOf("HFR1"u8) + 20] ^= 0x10;
        File.WriteAllBytes(fixture.Segment, bytes);
        using var again = fixture.Store();
        Assert.Equal([1], GenerationsOf(again, "a"));
    }

    [Fact]
    public void Generations_ForgedRelease_IsPassedOver()
    {
        using var fixture = new Fixture();
        using var stranger = new Fixture();
        using (var store = fixture.Store())
        {
            store.Keep(fixture.Zone("a", 1), 0, out _);
            store.Keep(stranger.Zone("a", 2), 0, out _);
        }

        using var again = fixture.Store();
        var stored = again.Generations(again.Find(ArtifactKind.Zone, "a")!.Value.Number).ToList();
        Assert.Contains("not among the trusted keys", stored[0].Problem!.Reason, StringComparison.Ordinal);
        Assert.Equal(1, stored[1].Release!.Generation);
    }

    [Fact]
    public void Open_DamageBeforeThePosition_ReadsTheFeedAgainAndLosesNoOther()
    {
        using var fixture = new Fixture();
        using (var store = fixture.Store())
        {
            store.Keep(fixture.Zone("a", 1), 0, out _);
            store.Keep(fixture.Zone("b", 1), 0, out _);
            store.SavePosition(2);
        }

        File.Delete(Path.Combine(fixture.StorePath, "index"));
        fixture.Damage(fixture.Zone("a", 1));
        using var again = fixture.Store(out var contents);
        Assert.Equal((1, 0), (contents.Live, contents.Position));
        Assert.Contains("no whole record", Assert.Single(contents.Problems).Reason, StringComparison.Ordinal);
        Assert.Equal([1], GenerationsOf(again, "b"));
    }

    [Fact]
    public void Open_SegmentGone_SaysSoAndReadsTheFeedAgain()
    {
        using var fixture = new Fixture();
        using (var store = fixture.Store(Small))
        {
            for (var i = 0; i < 20; i++)
            {
                store.Keep(fixture.Zone($"z{i}", 1), 0, out _);
            }

            store.SavePosition(20);
        }

        File.Delete(Segment.PathOf(fixture.StorePath, 1));
        using var again = fixture.Store(out var contents, Small);
        Assert.InRange(contents.Live, 1, 19);
        Assert.Equal(0, contents.Position);
        Assert.Contains("missing", Assert.Single(contents.Problems).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Removal_Kept_SurvivesARestartAndLeavesNothingElse()
    {
        using var fixture = new Fixture();
        using (var store = fixture.Store())
        {
            store.Keep(fixture.Zone("a", 1), 0, out _);
            store.Keep(fixture.Zone("a", 2), 0, out _);
            store.Keep(fixture.Removal("a", 3), 0, out _);
        }

        using var again = fixture.Store();
        var artifact = Assert.Single(again.Artifacts());
        Assert.True(artifact.Removed);
        Assert.True(Assert.Single(again.Generations(artifact.Number)).Release!.Removed);
    }

    [Fact]
    public void Keep_DiskThatCannotBeWritten_IsInUseFromMemoryAndTriedAgain()
    {
        using var fixture = new Fixture();
        File.WriteAllText(fixture.StorePath, "a file where the directory should be: it fails for every user");
        using (var store = fixture.Store())
        {
            var problem = store.Keep(fixture.Zone("a", 1), 0, out var artifact);
            Assert.Contains("cannot be written", problem!.Reason, StringComparison.Ordinal);
            Assert.NotNull(store.SavePosition(1));
            Assert.Equal((2, 1), (store.FailedWrites, store.Unsaved));
            Assert.Equal(1, Assert.Single(store.Generations(artifact)).Release!.Generation);

            File.Delete(fixture.StorePath);
            Assert.Null(store.SavePosition(1));
            Assert.Equal(0, store.Unsaved);
        }

        using var again = fixture.Store(out var contents);
        Assert.Equal((1, 1), (contents.Live, contents.Position));
        Assert.Equal([1], GenerationsOf(again, "a"));
    }

    [Fact]
    public void Segments_MostlyUnwanted_AreRewrittenAndGo()
    {
        using var fixture = new Fixture();
        using (var store = fixture.Store(Small))
        {
            store.Keep(fixture.Zone("steady", 1), 0, out _);
            store.Keep(fixture.Zone("steady", 2), 0, out _);
            for (var generation = 1; generation <= 200; generation++)
            {
                store.Keep(fixture.Zone("busy", generation), 0, out _);
                Assert.Null(store.SavePosition(generation));
            }
        }

        // Five releases are wanted; a segment holds about seven.
        Assert.InRange(Directory.GetFiles(fixture.StorePath, "*.segment").Length, 1, 6);
        foreach (var index in new[] { true, false })
        {
            if (!index)
            {
                File.Delete(Path.Combine(fixture.StorePath, "index"));
            }

            using var again = fixture.Store(out var contents, Small);
            Assert.Empty(contents.Problems);
            Assert.Equal(200, contents.Position);
            Assert.Equal([200, 199, 198], GenerationsOf(again, "busy"));
            Assert.Equal([2, 1], GenerationsOf(again, "steady"));
        }
    }

    [Fact]
    public void Legacy_Store_IsCopiedWithItsGenerationsAndPositionAndGoes()
    {
        using var fixture = new Fixture();
        fixture.WriteLegacy(fixture.Zone("a", 1));
        fixture.WriteLegacy(fixture.Zone("a", 2));
        fixture.WriteLegacy(fixture.Removal("b", 4));
        fixture.WriteLegacyPosition(9);
        using (fixture.Store(out var contents))
        {
            Assert.Empty(contents.Problems);
            Assert.Equal((1, 9), (contents.Live, contents.Position));
        }

        Assert.False(Directory.Exists(Path.Combine(fixture.StorePath, "zone")));
        using var again = fixture.Store(out var second);
        Assert.Equal((1, 9), (second.Live, second.Position));
        Assert.Equal([2, 1], GenerationsOf(again, "a"));
        Assert.True(again.Find(ArtifactKind.Zone, "b")!.Value.Removed);
    }

    [Theory]
    [InlineData("empty")]
    [InlineData("cut")]
    [InlineData("bit")]
    public void Legacy_NewestDamaged_CopiesTheOneBeforeAndNamesTheFile(string what)
    {
        using var fixture = new Fixture();
        fixture.WriteLegacy(fixture.Zone("a", 1));
        var file = fixture.WriteLegacy(fixture.Zone("a", 2));
        fixture.WriteLegacyPosition(9);
        var bytes = File.ReadAllBytes(file);
        bytes[^30] ^= 4;
        File.WriteAllBytes(
            file,
            what switch
            {
                "empty" => [],
                "cut" => bytes[..^20],
                _ => bytes,
            }
        );
        using var store = fixture.Store(out var contents);
        Assert.Equal(file, Assert.Single(contents.Problems).Path);
        Assert.Equal(0, contents.Position);
        Assert.Equal([1], GenerationsOf(store, "a"));
    }

    [Fact]
    public void Open_AnyBytesInTheFiles_NeverThrowsAndLosesNothingElse()
    {
        using var fixture = new Fixture();
        using (var store = fixture.Store())
        {
            store.Keep(fixture.Zone("a", 1), 0, out _);
        }

        var good = File.ReadAllBytes(fixture.Segment);
        var strange = Path.Combine(fixture.StorePath, "00000007.segment");
        Gen.Select(Gen.Byte.Array[0, 300], Gen.Bool, Gen.Int[0, good.Length - 1])
            .Sample(
                (bytes, indexed, cut) =>
                {
                    File.WriteAllBytes(strange, [.. good.AsSpan(0, 16), .. bytes, .. good.AsSpan(cut)]);
                    File.WriteAllBytes(Path.Combine(fixture.StorePath, "index"), indexed ? [.. "holdfast-index-1"u8, .. bytes] : bytes);
                    using var store = fixture.Store();
                    Assert.Equal([1], GenerationsOf(store, "a"));
                },
                iter: 300,
                threads: 1
            );
    }

    internal static IEnumerable<long> GenerationsOf(ReleaseStore store, string name) =>
        store.Find(ArtifactKind.Zone, name) is { } artifact
            ?
            [
                .. store
                    .Generations(artifact.Number)
                    .Where(stored => stored.Release is not null)
                    .Select(stored => stored.Release!.Generation),
            ]
            : [];
}
