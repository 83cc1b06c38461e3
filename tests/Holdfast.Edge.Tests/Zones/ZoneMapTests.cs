using System.Text;
using CsCheck;
using Holdfast.Edge.Zones;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Tests.Zones;

public class ZoneMapTests
{
    private static readonly Gen<string> Host = Gen.Int[0, 3]
        .Select(i => new[] { "a", "b", "c", "xn--bcher-kva" }[i])
        .List[1, 4]
        .Select(labels => string.Join('.', labels));

    private static readonly Gen<string> Name = Gen.Select(
        Host,
        Gen.Int[0, 9],
        (host, kind) =>
            kind == 0 ? "*"
            : kind < 4 ? "*." + host
            : host
    );

    [Fact]
    public void Find_AnyChangesAndHosts_IsWhatTheObviousSearchFinds() =>
        Gen.Select(Gen.Select(Name, Gen.Bool).List[0, 40], Host.List[1, 20])
            .Sample(
                (changes, hosts) =>
                {
                    var map = ZoneMap.Empty;
                    var names = new HashSet<string>();
                    foreach (var (name, removed) in changes)
                    {
                        map = removed ? map.Without(name) : map.With(Zone(name));
                        _ = removed ? names.Remove(name) : names.Add(name);
                    }

                    Assert.Equal(names.Count, map.Count);
                    foreach (var host in hosts)
                    {
                        Assert.Equal(Obvious(names, host), Find(map, host));
                        Assert.Equal(Obvious(names, host), Find(map, host.ToUpperInvariant() + ".:8080"));
                    }
                }
            );

    [Fact]
    public void Find_OverManyChanges_KeepsWhatWasMergedIntoTheBase()
    {
        var map = ZoneMap.Empty;
        for (var i = 0; i < 3000; i++)
        {
            map = map.With(Zone($"z{i}.example"));
            map = i % 3 == 0 ? map.Without($"z{i / 2}.example") : map;
        }

        var removed = Enumerable.Range(0, 1000).Select(i => i * 3 / 2).ToHashSet();
        for (var i = 0; i < 3000; i++)
        {
            Assert.Equal(removed.Contains(i) ? null : $"z{i}.example", Find(map, $"www.z{i}.example"));
        }

        Assert.Equal(3000 - removed.Count, map.Count);
    }

    [Theory]
    [InlineData("127.0.0.1", "0.0.1", null)]
    [InlineData("127.0.0.1", "127.0.0.1", "127.0.0.1")]
    [InlineData("127.0.0.1:80", "127.0.0.1", "127.0.0.1")]
    [InlineData("[2001:DB8:0:0::1]:443", "2001:db8::1", "2001:db8::1")]
    [InlineData("[::ffff:192.0.2.1]", "0.2.1", null)]
    [InlineData("example.com.", "example.com", "example.com")]
    [InlineData("notexample.com", "example.com", null)]
    [InlineData("example.com", "*.example.com", null)]
    [InlineData("a.b.example.com", "*.example.com", "*.example.com")]
    [InlineData("", "example.com", null)]
    [InlineData(".", "example.com", null)]
    public void Find_Host_IsServedByThisZone(string host, string zone, string? found) =>
        Assert.Equal(found, Find(ZoneMap.Empty.With(Zone(zone)), host));

    [Fact]
    public void Find_LongestHost_DoesNotFail()
    {
        var host = string.Join('.', Enumerable.Repeat("a", 127));
        Assert.Equal("a.a", Find(ZoneMap.Empty.With(Zone("a.a")), host));
        Assert.Null(Find(ZoneMap.Empty, new string('a', 300)));
    }

    private static string? Find(ZoneMap map, string host) => map.Find(Encoding.ASCII.GetBytes(host))?.Config.Name;

    private static string? Obvious(HashSet<string> names, string host)
    {
        if (names.Contains(host))
        {
            return host;
        }

        for (var rest = host; rest.Contains('.', StringComparison.Ordinal); )
        {
            rest = rest[(rest.IndexOf('.', StringComparison.Ordinal) + 1)..];
            foreach (var name in new[] { "*." + rest, rest })
            {
                if (names.Contains(name))
                {
                    return name;
                }
            }
        }

        return names.Contains("*") ? "*" : null;
    }

    private static ZoneRuntime Zone(string name) => new(new ZoneConfig { Id = new string('0', 32), Name = name }, 1, null!);
}
