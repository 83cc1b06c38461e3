using Holdfast.Model.Releases;
using Holdfast.Releases.Store;

namespace Holdfast.Releases.Tests;

/// <summary>
/// A process that dies at every moment of a store's work: between any two steps (kill -9, which keeps what was written), and with the
/// last write cut off at every byte (a power cut).
/// </summary>
public sealed class ReleaseStoreCrashTests
{
    private static readonly ReleaseStoreLimits Small = new() { SegmentBytes = 3000, CheckpointBytes = 2000 };

    [Fact]
    public void Process_DiesBetweenAnyTwoSteps_LosesNothingThatWasKept()
    {
        var points = 0;
        var seen = new HashSet<StorePoint>();
        while (true)
        {
            using var fixture = new Fixture();
            fixture.WriteLegacy(fixture.Zone("old", 1));
            fixture.WriteLegacy(fixture.Zone("old", 2));
            var done = new Done();
            var died = Run(fixture, done, dieAt: ++points, seen);
            CheckSurvived(fixture, done);

            // The next process goes on to the end.
            Assert.False(Run(fixture, done, dieAt: int.MaxValue, seen));
            CheckSurvived(fixture, done);
            if (!died)
            {
                break;
            }
        }

        Assert.Equal(Enum.GetValues<StorePoint>().Order(), seen.Order());
        Assert.True(points > 100, $"only {points} moments");
    }

    [Fact]
    public void LastWrite_CutOffAtEveryByte_OpensAtWhatIsWhole()
    {
        using var fixture = new Fixture();
        byte[] whole;
        int first;
        using (var store = fixture.Store())
        {
            store.Keep(fixture.Zone("a", 1), 0, out _);
            store.SavePosition(1);
            first = (int)new FileInfo(fixture.Segment).Length;
            store.Keep(fixture.Zone("a", 2), 0, out _);
            store.SavePosition(2);
            whole = File.ReadAllBytes(fixture.Segment);
        }

        var index = Path.Combine(fixture.StorePath, "index");
        for (var length = first; length <= whole.Length; length++)
        {
            File.Delete(index);
            File.WriteAllBytes(fixture.Segment, whole[..length]);
            var record = whole.Length - SegmentRecord.HeadBytes;
            using (var store = fixture.Store(out var contents))
            {
                Assert.Equal(length >= record ? [2, 1] : [1], ReleaseStoreTests.GenerationsOf(store, "a"));
                Assert.Equal(length == whole.Length ? 2 : 1, contents.Position);
                Assert.Equal(length == first || length == record || length == whole.Length, contents.Problems.Count == 0);

                // What was cut off is written over, and nothing of it is left behind the new record.
                store.Keep(fixture.Zone("a", 3), 0, out _);
                store.SavePosition(3);
            }

            File.Delete(index);
            using var again = fixture.Store(out var second);
            Assert.Empty(second.Problems);
            Assert.Equal(3, second.Position);
            Assert.Equal(length >= record ? [3, 2, 1] : [3, 1], ReleaseStoreTests.GenerationsOf(again, "a"));
        }
    }

    /// <returns>Whether it died.</returns>
    private static bool Run(Fixture fixture, Done done, int dieAt, HashSet<StorePoint> seen)
    {
        using var store = fixture.Unopened(Small);
        var points = 0;
        store.AtPoint = point =>
        {
            seen.Add(point);
            if (++points == dieAt)
            {
                throw new ProcessDied();
            }
        };
        try
        {
            store.Open(Fixture.KeyOf);
            for (var step = done.Steps; step < 40; step++)
            {
                var release =
                    step % 10 == 9
                        ? fixture.Removal("gone", step + 1)
                        : fixture.Zone(
                            step % 3 == 0 ? "slow"
                                : step % 10 == 4 ? "gone"
                                : "busy",
                            step + 1
                        );
                done.Tried = release;
                if (!store.Has(release))
                {
                    Assert.Null(store.Keep(release, 0, out _));
                }

                done.Kept[release.Name] = release;
                Assert.Null(store.SavePosition(step + 1));
                done.Steps = step + 1;
            }

            return false;
        }
        catch (ProcessDied)
        {
            // Dead processes write no checkpoint: the store is not disposed of in order.
            store.Log.BytesSinceCovered = 0;
            return true;
        }
    }

    private static void CheckSurvived(Fixture fixture, Done done)
    {
        // Only looked at: what it finds must not be what it has repaired.
        var copy = Directory.CreateTempSubdirectory("holdfast-test-").FullName;
        try
        {
            Copy(fixture.StorePath, copy);
            using var store = new ReleaseStore(copy, fixture.Verifier, Small);
            var contents = store.Open(Fixture.KeyOf);
            Assert.Empty(contents.Problems);
            Assert.InRange(contents.Position, done.Steps, done.Steps + 1);
            Assert.Equal([2, 1], ReleaseStoreTests.GenerationsOf(store, "old"));
            foreach (var (name, kept) in done.Kept)
            {
                var artifact = store.Find(ArtifactKind.Zone, name)!.Value;
                var newest = done.Tried!.Name == name && artifact.Generation == done.Tried.Generation ? done.Tried : kept;
                Assert.Equal((newest.Generation, newest.Removed), (artifact.Generation, artifact.Removed));
                var stored = store.Generations(artifact.Number).ToList();
                Assert.All(stored, one => Assert.Null(one.Problem));
                Assert.Equal(newest.Digest, stored[0].Release!.Digest);
                if (done.Steps > 20 && name == "busy")
                {
                    Assert.Equal(3, stored.Count);
                }
            }
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    private static void Copy(string from, string to)
    {
        foreach (var directory in Directory.GetDirectories(from, "*", SearchOption.AllDirectories))
        {
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, directory)));
        }

        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            File.Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)));
        }
    }

    private sealed class Done
    {
        public int Steps { get; set; }

        public Release? Tried { get; set; }

        public Dictionary<string, Release> Kept { get; } = [];
    }

    private sealed class ProcessDied : Exception;
}
