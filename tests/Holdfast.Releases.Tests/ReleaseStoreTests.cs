using CsCheck;
using Holdfast.Releases.Wire;

namespace Holdfast.Releases.Tests;

public sealed class ReleaseStoreTests
{
    [Fact]
    public void Store_FiveGenerations_KeepsThreeAndLoadsTheNewest()
    {
        using var fixture = new Fixture();
        var store = fixture.Store();
        for (var generation = 1; generation <= 5; generation++)
        {
            Assert.Null(store.Keep(fixture.Zone("a", generation)));
        }

        Assert.Null(store.SavePosition(5));
        var contents = fixture.Store().Load();
        Assert.Equal(5, Assert.Single(contents.Artifacts).Release.Generation);
        Assert.Equal(5, contents.Position);
        Assert.Empty(contents.Problems);
        Assert.Equal(
            ["3.release", "4.release", "5.release"],
            Directory.GetFiles(Path.Combine(fixture.StorePath, "zone", "a")).Select(Path.GetFileName).Order()
        );
    }

    public static TheoryData<string, Func<byte[], byte[]>> Damages =>
        new()
        {
            { "empty", _ => [] },
            { "cut", bytes => bytes[..^20] },
            { "one bit", bytes => [.. bytes.Select((value, at) => at == bytes.Length / 2 ? (byte)(value ^ 4) : value)] },
            { "checksum", bytes => [.. bytes.Select((value, at) => at == 30 ? (byte)(value ^ 1) : value)] },
            { "zeros", bytes => new byte[bytes.Length] },
            { "longer", bytes => [.. bytes, .. bytes] },
            { "huge", _ => new byte[ReleaseCodec.MaxEncodedBytes + 4096] },
        };

    [Theory]
    [MemberData(nameof(Damages))]
    public void Load_NewestDamaged_TakesTheOneBeforeAndNamesTheFile(string what, Func<byte[], byte[]> damage)
    {
        using var fixture = new Fixture();
        var store = fixture.Store();
        store.Keep(fixture.Zone("a", 1));
        store.Keep(fixture.Zone("a", 2));
        store.Keep(fixture.Zone("b", 1));
        store.SavePosition(3);
        var file = fixture.FileOf(fixture.Zone("a", 2));
        File.WriteAllBytes(file, damage(File.ReadAllBytes(file)));

        var contents = fixture.Store().Load();
        Assert.Equal(["a/1", "b/1"], contents.Artifacts.Select(artifact => $"{artifact.Release.Name}/{artifact.Release.Generation}"));
        Assert.Equal(file, Assert.Single(contents.Problems).Path);
        Assert.True(contents.Position == 0, $"after {what} the whole feed must come again");
    }

    [Fact]
    public void Load_NewestForgedOrInAnothersPlace_TakesTheOneBefore()
    {
        using var fixture = new Fixture();
        using var stranger = new Fixture();
        fixture.Store().Keep(fixture.Zone("a", 1));
        stranger.Store().Keep(stranger.Zone("a", 2));
        fixture.Store().Keep(fixture.Zone("b", 3));
        File.Copy(stranger.FileOf(stranger.Zone("a", 2)), fixture.FileOf(stranger.Zone("a", 2)));
        File.Copy(fixture.FileOf(fixture.Zone("b", 3)), fixture.FileOf(fixture.Zone("a", 3)));
        var contents = fixture.Store().Load();
        Assert.Equal(1, contents.Artifacts.Single(artifact => artifact.Release.Name == "a").Release.Generation);
        Assert.Equal(2, contents.Problems.Count);
    }

    [Fact]
    public void Removal_Kept_SurvivesARestartAndLeavesNothingElse()
    {
        using var fixture = new Fixture();
        var store = fixture.Store();
        store.Keep(fixture.Zone("a", 1));
        store.Keep(fixture.Zone("a", 2));
        store.Keep(fixture.Removal("a", 3));
        var artifact = Assert.Single(fixture.Store().Load().Artifacts);
        Assert.True(artifact.Release.Removed);
        Assert.Single(Directory.GetFiles(Path.Combine(fixture.StorePath, "zone", "a")));
    }

    [Fact]
    public void Keep_DiskThatCannotBeWritten_IsReportedAndTriedAgain()
    {
        using var fixture = new Fixture();
        File.WriteAllText(fixture.StorePath, "a file where the directory should be: it fails for every user");
        var store = fixture.Store();
        var problem = store.Keep(fixture.Zone("a", 1));
        Assert.Contains("cannot be written", problem!.Reason, StringComparison.Ordinal);
        Assert.NotNull(store.SavePosition(1));
        Assert.Equal((2, 1), (store.FailedWrites, store.Unsaved));

        File.Delete(fixture.StorePath);
        Assert.Null(store.SavePosition(1));
        Assert.Equal(0, store.Unsaved);
        var contents = fixture.Store().Load();
        Assert.Single(contents.Artifacts);
        Assert.Equal(1, contents.Position);
    }

    [Fact]
    public void Load_LeftOverTemporaryAndStrangeFiles_AreNoReleases()
    {
        using var fixture = new Fixture();
        var store = fixture.Store();
        store.Keep(fixture.Zone("a", 1));
        var directory = Path.Combine(fixture.StorePath, "zone", "a");
        File.WriteAllText(Path.Combine(directory, "2.release.tmp"), "half");
        File.WriteAllText(Path.Combine(directory, "notes.txt"), "x");
        File.WriteAllText(Path.Combine(directory, "-5.release"), "x");
        File.WriteAllText(Path.Combine(directory, "99999999999999999999.release"), "x");
        Directory.CreateDirectory(Path.Combine(fixture.StorePath, "zone", "empty"));
        var contents = fixture.Store().Load();
        Assert.Equal(1, Assert.Single(contents.Artifacts).Release.Generation);
        Assert.Empty(contents.Problems);
        store.Keep(fixture.Zone("a", 2));
        Assert.Empty(Directory.GetFiles(directory, "*.tmp"));
    }

    [Fact]
    public void Load_AnyBytesInAFile_NeverThrows()
    {
        using var fixture = new Fixture();
        fixture.Store().Keep(fixture.Zone("a", 1));
        var file = fixture.FileOf(fixture.Zone("a", 2));
        Gen.Byte.Array[0, 200]
            .Sample(
                bytes =>
                {
                    File.WriteAllBytes(file, [.. "holdfast-release 1 "u8, .. bytes]);
                    File.WriteAllBytes(Path.Combine(fixture.StorePath, "position"), bytes);
                    Assert.Equal(1, Assert.Single(fixture.Store().Load().Artifacts).Release.Generation);
                },
                iter: 200,
                threads: 1
            );
    }
}
