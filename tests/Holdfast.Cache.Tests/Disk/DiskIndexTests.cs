using CsCheck;
using Holdfast.Cache.Disk;

namespace Holdfast.Cache.Tests.Disk;

/// <summary>The index beside a dictionary that does the same.</summary>
public sealed class DiskIndexTests
{
    [Fact]
    public void WhateverIsPutMovedAndRemoved_IsFoundAsInADictionary() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 60], Gen.Int[0, 3], Gen.Int[1, 5])
            .Array[1, 600]
            .Sample(
                steps =>
                {
                    var index = new DiskIndex();
                    var model = new Dictionary<(ulong, byte), DiskPlace>();
                    var offset = 0;
                    foreach (var (what, key, variant, segment) in steps)
                    {
                        // All in one shard, and many with a home beside others'.
                        var hash = (ulong)key * 40_000_000 % uint.MaxValue;
                        var place = new DiskPlace((uint)segment, offset += 16, 100, (byte)variant);
                        switch (what)
                        {
                            case 0 or 1:
                                index.Put(hash, place);
                                model[(hash, (byte)variant)] = place;
                                break;
                            case 2:
                                Assert.Equal(model.Remove((hash, (byte)variant)) ? 1 : 0, index.Remove(hash, variant));
                                break;
                            default:
                                index.KeepOnly(kept => kept != segment);
                                foreach (var gone in model.Where(kept => kept.Value.Segment == segment).ToList())
                                {
                                    model.Remove(gone.Key);
                                }

                                break;
                        }
                    }

                    Assert.Equal(model.Count, index.Count);
                    var found = new DiskPlace[DiskIndex.MostVariants];
                    foreach (var of in model.GroupBy(kept => kept.Key.Item1))
                    {
                        Assert.Equal(
                            of.Select(kept => kept.Value).OrderByDescending(place => place.Id),
                            found[..index.Find(of.Key, found)]
                        );
                    }
                },
                iter: 300
            );

    [Fact]
    public void AMillionPlaces_TakeLessThan50BytesEach()
    {
        var index = new DiskIndex();
        var random = new Random(1);
        for (var i = 0; i < 1_000_000; i++)
        {
            index.Put((ulong)random.NextInt64(long.MinValue, long.MaxValue), new DiskPlace(1, i * 16, 100, 0));
        }

        Assert.InRange(index.Count, 999_900, 1_000_000);
        Assert.InRange((double)index.Bytes / index.Count, 16, 50);
    }
}
