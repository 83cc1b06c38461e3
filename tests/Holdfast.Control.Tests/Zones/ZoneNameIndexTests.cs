using System.Text;
using Holdfast.Control.Storage;
using Holdfast.Model.Zones;

namespace Holdfast.Control.Tests.Zones;

/// <summary>The names of all zones against a list that is looked through one by one.</summary>
public sealed class ZoneNameIndexTests
{
    private static readonly string[] Parts = ["", "a", "ab", "-", "x.example", "example", "q", "a\n", "\n", ".example\nb", "ä"];

    [Fact]
    public void Find_IsWhatALookAtEachNameFinds()
    {
        var random = new Random(11);
        for (var round = 0; round < 60; round++)
        {
            var zones = Zones(random, random.Next(0, 80));
            var index = IndexOf(zones);
            for (var i = 0; i < 60; i++)
            {
                var filter = Filter(random);
                var hidden = zones.Keys.Where(_ => random.Next(10) == 0).ToHashSet(StringComparer.Ordinal);
                var expected = zones
                    .Where(zone => !hidden.Contains(zone.Key) && Wants(filter, zone.Key, zone.Value))
                    .Select(zone => zone.Key)
                    .Order(StringComparer.Ordinal)
                    .ToArray();
                var descending = random.Next(2) == 0;
                var (skip, take) = (random.Next(0, 30), random.Next(1, 20));
                var page = (descending ? expected.Reverse() : expected).Skip(skip).Take(take);
                var (names, total) = index.Find(filter, hidden, descending, skip, take);
                var what = $"{filter}, {string.Join(',', filter.Types ?? [])}, {string.Join(',', filter.Others)}";
                Assert.Equal((what, string.Join(' ', page), expected.Length), (what, string.Join(' ', names), total));
            }
        }
    }

    [Fact]
    public void With_IsWhatItWouldBeHadItBeenReadAnew()
    {
        var random = new Random(12);
        var zones = Zones(random, 50);
        var index = IndexOf(zones);
        for (var round = 0; round < 200; round++)
        {
            var changes = new Dictionary<string, ZoneType?>(StringComparer.Ordinal);
            for (var i = random.Next(0, 6); i > 0; i--)
            {
                // Some are there already, some are removed that never were there.
                var name = random.Next(2) == 0 && zones.Count > 0 ? zones.Keys.ElementAt(random.Next(zones.Count)) : Name(random);
                changes[name] = random.Next(3) == 0 ? null : (ZoneType)random.Next(4);
            }

            foreach (var (name, type) in changes)
            {
                zones.Remove(name);
                if (type is { } there)
                {
                    zones.Add(name, there);
                }
            }

            index = index.With(changes);
            Assert.Equal(zones.Count, index.Count);
            foreach (var type in Enum.GetValues<ZoneType>())
            {
                var expected = zones.Where(zone => zone.Value == type).Select(zone => zone.Key).Order(StringComparer.Ordinal).ToArray();
                Assert.Equal(expected, index.Find(new ZoneFilter { Types = [type] }, new HashSet<string>(), false, 0, 1000).Names);
            }
        }
    }

    private static SortedDictionary<string, ZoneType> Zones(Random random, int count)
    {
        var zones = new SortedDictionary<string, ZoneType>(StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            zones[Name(random)] = (ZoneType)random.Next(4);
        }

        return zones;
    }

    private static string Name(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(1, 6)).Select(_ => "ab-"[random.Next(3)]))
        + (random.Next(2) == 0 ? "x.example" : ".test");

    private static ZoneNameIndex IndexOf(IReadOnlyDictionary<string, ZoneType> zones)
    {
        var builder = new ZoneNameIndex.Builder(0, 0);
        foreach (var (name, type) in zones.OrderBy(zone => zone.Key, StringComparer.Ordinal))
        {
            builder.Add(Encoding.UTF8.GetBytes(name), type);
        }

        return builder.Made();
    }

    private static ZoneFilter Filter(Random random)
    {
        var part = Parts[random.Next(Parts.Length)];
        return new ZoneFilter
        {
            Name = random.Next(6) switch
            {
                0 => null,
                1 => new NamePattern(part, Before: true, After: true, Negated: false),
                2 => new NamePattern(part, Before: false, After: true, Negated: false),
                3 => new NamePattern(part, Before: true, After: false, Negated: false),
                4 => new NamePattern(Name(random), Before: false, After: false, Negated: false),
                _ => new NamePattern(Name(random), Before: false, After: false, Negated: true),
            },
            Types = random.Next(2) == 0 ? null : [.. Enum.GetValues<ZoneType>().Where(_ => random.Next(2) == 0)],
            Others = [.. Enumerable.Range(0, random.Next(3)).Select(_ => random.Next(2) == 0)],
            Any = random.Next(2) == 0,
        };
    }

    private static bool Wants(ZoneFilter filter, string name, ZoneType type)
    {
        if (type == ZoneType.Internal && filter.Types is null && filter.Name is not { Before: false, After: false, Negated: false })
        {
            return false;
        }

        List<bool> conditions = [.. filter.Others];
        if (filter.Name is { } pattern)
        {
            conditions.Add(pattern.Matches(name));
        }

        if (filter.Types is { } types)
        {
            conditions.Add(types.Contains(type));
        }

        return filter.Any ? conditions.Count == 0 || conditions.Contains(true) : !conditions.Contains(false);
    }
}
