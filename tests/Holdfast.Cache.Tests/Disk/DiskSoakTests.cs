namespace Holdfast.Cache.Tests.Disk;

/// <summary>Puts, removals, reads, evictions, rescues and restarts at once: what is answered is always the newest that was put, or nothing.</summary>
public sealed class DiskSoakTests
{
    private const int Tasks = 4;
    private const int Keys = 40;
    private const int Rounds = 3;
    private const int StepsInARound = 800;

    [Fact]
    public async Task WhateverHappensAtOnce_AnAnswerIsTheNewest()
    {
        // The version of each key that was put last; 0: removed. Each key is one task's.
        var newest = new int[Tasks * Keys];
        var directory = new DiskDirectory();
        try
        {
            for (var round = 0; round < Rounds; round++)
            {
                await using var rig = await DiskRig.OpenAsync(directory, memory: 300_000);
                await Task.WhenAll(
                    Enumerable
                        .Range(0, Tasks)
                        .Select(task => Task.Run(() => StepAsync(rig, newest, task, new Random((round * Tasks) + task))))
                );
                await rig.Disk.SettledAsync();
                await CheckAllAsync(rig, newest);

                // The next round begins with what a kill would have left, or with what a stop leaves.
                if (round % 2 == 0)
                {
                    var killed = directory.Copy();
                    await rig.DisposeAsync();
                    directory.Dispose();
                    directory = killed;
                }
            }

            await using var last = await DiskRig.OpenAsync(directory);
            await CheckAllAsync(last, newest);
            Assert.True(last.Disk.Count > 0);
        }
        finally
        {
            directory.Dispose();
        }
    }

    private static async Task StepAsync(DiskRig rig, int[] newest, int task, Random random)
    {
        for (var step = 0; step < StepsInARound; step++)
        {
            var key = (task * Keys) + random.Next(Keys);
            switch (random.Next(10))
            {
                case < 4:
                    rig.Put($"/{key}", BodyOf(key, newest[key] = Math.Abs(newest[key]) + 1));
                    break;
                case 4:
                    rig.Post($"/{key}");
                    newest[key] = -Math.Abs(newest[key]);
                    break;
                default:
                    await CheckAsync(rig, newest, key);
                    break;
            }
        }
    }

    private static async Task CheckAllAsync(DiskRig rig, int[] newest)
    {
        for (var key = 0; key < newest.Length; key++)
        {
            await CheckAsync(rig, newest, key);
        }
    }

    private static async Task CheckAsync(DiskRig rig, int[] newest, int key)
    {
        var answer = await rig.GetAsync($"/{key}");
        if (answer is not null)
        {
            Assert.True(newest[key] > 0, $"/{key} was removed, and is answered");
            Assert.False(answer.IsBrokenOff);
            Assert.True(answer.Body.AsSpan().SequenceEqual(BodyOf(key, newest[key])), $"/{key} is not version {newest[key]}");
        }
    }

    // Of one length for a key, so that versions differ in nothing but what they say.
    private static byte[] BodyOf(int key, int version) => DiskRig.Body(2000 + (key * 100), (key * 1_000_003) + version);
}
