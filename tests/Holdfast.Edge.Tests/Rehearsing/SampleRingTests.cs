using System.Net;
using System.Text;
using Holdfast.Edge.Rehearsing;

namespace Holdfast.Edge.Tests.Rehearsing;

/// <summary>Samples on the disk: bounded, newest first, and never a reason to fail.</summary>
public sealed class SampleRingTests : IDisposable
{
    private readonly string _directory = Path.Combine(Directory.CreateTempSubdirectory("holdfast-samples-").FullName, "samples");

    [Fact]
    public void Records_MoreThanTheCount_TheOldestGo()
    {
        using var ring = new SampleRing(_directory, new SampleOptions { Count = 80 });
        for (var i = 0; i < 200; i++)
        {
            Assert.True(ring.Add(Encoding.ASCII.GetBytes($"{i}")));
        }

        var kept = All(ring);
        Assert.Equal(80, kept.Count);
        Assert.Equal(Enumerable.Range(120, 80).Reverse().Select(i => $"{i}"), kept);
    }

    [Fact]
    public void Records_MoreThanTheBytes_NeverPassThem()
    {
        var options = new SampleOptions { DiskBytes = 8L * RequestSample.MostBytes };
        using var ring = new SampleRing(_directory, options);
        var record = new byte[RequestSample.MostBytes / 3];
        for (var i = 0; i < 60; i++)
        {
            ring.Add(record);
        }

        var bytes = new DirectoryInfo(_directory).EnumerateFiles().Sum(file => file.Length);
        Assert.InRange(bytes, options.DiskBytes / 2, options.DiskBytes);
    }

    [Fact]
    public void Newest_OfThoseWanted_AreNoMoreThanAskedFor()
    {
        using var ring = new SampleRing(_directory, new SampleOptions { Count = 80 });
        for (var i = 0; i < 60; i++)
        {
            ring.Add([(byte)(i % 2), (byte)i]);
        }

        Assert.Equal([59, 57, 55], ring.Newest(record => record[0] == 1, 3).Select(record => (int)record[1]));
    }

    [Fact]
    public void AnotherRing_OfTheSameDirectory_FindsWhatIsThere()
    {
        using (var ring = new SampleRing(_directory, new SampleOptions()))
        {
            ring.Add("a"u8);
        }

        using var next = new SampleRing(_directory, new SampleOptions());
        next.Add("b"u8);
        Assert.Equal(["b", "a"], All(next));
        SampleRing.Delete(_directory);
        Assert.False(Directory.Exists(_directory));
    }

    [Fact]
    public void DamagedRecord_EndsItsFile_AndNothingElse()
    {
        using var ring = new SampleRing(_directory, new SampleOptions { Count = 16 });
        foreach (var record in (string[])["a", "b", "c", "d"])
        {
            ring.Add(Encoding.ASCII.GetBytes(record));
        }

        // Two a file: the second record of the first file is b.
        var first = Directory.EnumerateFiles(_directory).Order().First();
        var bytes = File.ReadAllBytes(first);
        bytes[^1] ^= 1;
        File.WriteAllBytes(first, bytes);
        Assert.Equal(["d", "c", "a"], All(ring));
    }

    [Fact]
    public void Directory_ThatCannotBeMade_CostsTheSampleAlone()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_directory)!);
        File.WriteAllText(_directory, "in the way");
        using var ring = new SampleRing(_directory, new SampleOptions());
        Assert.False(ring.Add("a"u8));
        Assert.NotNull(ring.Problem);
        Assert.Empty(All(ring));
    }

    [Fact]
    public void Sample_Encoded_ReadsTheSame_AndCutOffAnywhereIsNone()
    {
        var sample = new RequestSample
        {
            Zone = "353e105f4ecef8ad9ca31a8372d0c023",
            Ray = "0dc90fbbf576d1cd",
            At = new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero),
            Client = IPAddress.Parse("2001:db8::1"),
            Country = "FR",
            IsHttps = true,
            IsToIpv6 = true,
            HttpVersion = 20,
            Tls = ("TLSv1.3", "AEAD-AES128-GCM-SHA256", "h2", "t13d1516h2_8daaf6152771_b186095e22b6"),
            Head = "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n"u8.ToArray(),
            Body = "a=b"u8.ToArray(),
        };
        var encoded = sample.Encode();
        Assert.True(RequestSample.TryDecode(encoded, out var read));
        Assert.Equal(sample with { Head = default, Body = default }, read with { Head = default, Body = default });
        Assert.Equal(sample.Head.ToArray(), read.Head.ToArray());
        Assert.Equal(sample.Body.ToArray(), read.Body.ToArray());
        Assert.Equal(sample.Zone, Encoding.ASCII.GetString(RequestSample.ZoneOf(encoded)));
        for (var length = 0; length < encoded.Length; length++)
        {
            Assert.False(RequestSample.TryDecode(encoded.AsMemory(0, length), out _));
        }
    }

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_directory)!, recursive: true);

    private static List<string> All(SampleRing ring) => [.. ring.Newest(_ => true, int.MaxValue).Select(Encoding.ASCII.GetString)];
}
