using System.Net;
using System.Text;
using Holdfast.Edge.Origins;
using Holdfast.Edge.Reporting;
using Holdfast.Http.Deadlines;
using Holdfast.Http.Origins;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Tests.Origins;

/// <summary>Which server a zone's records mean for a host, and on which port.</summary>
public sealed class ZoneOriginsTests : IDisposable
{
    private readonly DeadlineSweep _sweep = new(TimeProvider.System);
    private readonly OriginTargets _targets;

    public ZoneOriginsTests() =>
        _targets = new OriginTargets(new NoResolver(), new OriginPoolLimits(), _sweep, new OriginReports(new EdgeCounters([])));

    public void Dispose()
    {
        _targets.Dispose();
        _sweep.Dispose();
    }

    [Theory]
    [InlineData("example.com", "192.0.2.1")]
    [InlineData("EXAMPLE.com:8080", "192.0.2.1")]
    [InlineData("example.com.", "192.0.2.1")]
    [InlineData("www.example.com", "shop.example.net")]
    [InlineData("a.example.com", "192.0.2.3")]
    [InlineData("b.a.example.com", "192.0.2.3")]
    [InlineData("sub.example.com", "192.0.2.3")]
    [InlineData("a.sub.example.com", "192.0.2.4")]
    [InlineData("b.a.sub.example.com", "192.0.2.4")]
    [InlineData("nowhere.example.com", null)]
    public void Host_HasTheRecordThatFitsBest(string host, string? expected)
    {
        var origins = Origins(
            null,
            new ZoneSettings(),
            Record("example.com", "192.0.2.1"),
            Alias("www.example.com", "shop.example.net"),
            Record("*.example.com", "192.0.2.3"),
            Record("*.sub.example.com", "192.0.2.4"),
            Record("nowhere.example.com")
        );
        Assert.Equal(expected, origins.For(Encoding.ASCII.GetBytes(host), https: false)?.Key.Host);
    }

    [Fact]
    public void Settings_OfARule_AreThoseOfTheTarget_AndTheSameEachTime()
    {
        var settings = new ZoneSettings();
        var origins = Origins("https://192.0.2.9:8443", settings, Record("example.com", "192.0.2.1"));
        var flexible = settings with { Ssl = SslMode.Flexible };
        var full = settings with { Ssl = SslMode.Full, OriginMaxHttpVersion = 2 };

        Assert.Same(origins, origins.Under(settings with { ServerTiming = true }));
        Assert.Same(origins.Under(full), origins.Under(full));
        Assert.Equal((443, true, false), Key(origins));
        Assert.Equal((80, false, false), Key(origins.Under(flexible)));
        Assert.Equal((443, false, true), Key(origins.Under(full)));
        Assert.Equal((8443, (string?)null), (Other(flexible).Port, Other(flexible).ServerName));
        Assert.Equal((8443, true, false), (Other(full).Port, Other(full).Tls, Other(full).Verify));
        Assert.Same(origins.Under(full), origins.Under(flexible).Under(full));

        OriginTargetKey Other(ZoneSettings of) => origins.Under(of).For("other.example.com"u8, https: true)!.Key;

        static (int Port, bool Verify, bool Http2) Key(ZoneOrigins of) =>
            of.For("example.com"u8, https: true)!.Key is var key ? (key.Port, key.Verify, key.Http2) : default;
    }

    [Theory]
    [InlineData("www.example.com", "192.0.2.9")]
    [InlineData("example.com", "192.0.2.1")]
    [InlineData("[2001:db8::1]", "192.0.2.9")]
    [InlineData("", "192.0.2.9")]
    public void Host_WithoutARecord_HasTheZonesOrigin(string host, string expected)
    {
        var origins = Origins("http://192.0.2.9:3000", new ZoneSettings(), Record("example.com", "192.0.2.1"));
        Assert.Equal(expected, origins.For(Encoding.ASCII.GetBytes(host), https: false)?.Key.Host);
    }

    [Fact]
    public void Host_WithoutRecordAndOrigin_HasNone() =>
        Assert.Null(Origins(null, new ZoneSettings(), Record("www.example.com", "192.0.2.1")).For("example.com"u8, https: false));

    [Theory]
    [InlineData(SslMode.Off, false, 80, null, false)]
    [InlineData(SslMode.Flexible, false, 80, null, false)]
    [InlineData(SslMode.Flexible, true, 80, null, false)]
    [InlineData(SslMode.Full, false, 80, null, false)]
    [InlineData(SslMode.Full, true, 443, "www.example.com", false)]
    [InlineData(SslMode.Strict, false, 80, null, false)]
    [InlineData(SslMode.Strict, true, 443, "www.example.com", true)]
    public void Port_FollowsTheSslModeAndTheVisitor(SslMode ssl, bool https, int port, string? name, bool verify)
    {
        var settings = new ZoneSettings { Ssl = ssl };
        foreach (var record in new[] { "www.example.com", "*.example.com" })
        {
            var key = Origins(null, settings, Record(record, "192.0.2.1")).For("WWW.example.com"u8, https)!.Key;
            Assert.Equal(new OriginTargetKey("192.0.2.1", port, name, verify, Http2: false), key);
        }
    }

    [Fact]
    public void Name_OfTheHandshake_IsThatOfTheHostTheServerSees()
    {
        var settings = new ZoneSettings { OriginHostHeader = "inner.example.net:8443", OriginMaxHttpVersion = 2 };
        var key = Origins(null, settings, Record("*.example.com", "192.0.2.1")).For("a.example.com"u8, https: true)!.Key;
        Assert.Equal(("inner.example.net", true), (key.ServerName, key.Http2));
    }

    [Fact]
    public void Targets_OfSeveralReleases_AreTheSame()
    {
        var first = Origins(null, new ZoneSettings(), Record("example.com", "192.0.2.1", "192.0.2.2"));
        var target = first.For("example.com"u8, https: true);
        var second = Origins(null, new ZoneSettings(), Record("example.com", "192.0.2.1", "192.0.2.2"));
        first.Leave();
        Assert.Same(target, second.For("example.com"u8, https: true));
        Assert.NotSame(
            target,
            Origins(null, new ZoneSettings(), Record("example.com", "192.0.2.2", "192.0.2.1")).For("example.com"u8, https: true)
        );
    }

    [Fact]
    public void Targets_OfHostsThatNobodyAsksFor_AreNotMade()
    {
        var records = Enumerable.Range(0, 3_500).Select(i => Record($"h{i:D4}.example.com", $"192.0.2.{i % 250 + 1}")).ToArray();
        var origins = Origins(null, new ZoneSettings(), records);
        Assert.Equal(0, _targets.Count);
        origins.For("h0007.example.com"u8, https: true);
        Assert.Equal(1, _targets.Count);
    }

    [Fact]
    public void Wildcard_AskedForByManyNames_RemembersTheLast()
    {
        var origins = Origins(null, new ZoneSettings(), Record("*.example.com", "192.0.2.1"));
        var first = origins.For("h0.example.com"u8, https: true)!;
        Assert.Same(first, origins.For("H0.example.com."u8, https: true));
        for (var i = 1; i <= WildcardTargets.Most; i++)
        {
            Assert.Equal($"h{i}.example.com", origins.For(Encoding.ASCII.GetBytes($"h{i}.example.com"), https: true)!.Key.ServerName);
        }

        // All but the first are still in use; it is kept for others for a while, and nobody uses it.
        Assert.Equal(0, first.Users);
        Assert.Equal(1, origins.For("h1.example.com"u8, https: true)!.Users);
        origins.Leave();
        Assert.Equal(0, origins.For("h1.example.com"u8, https: true)!.Users);
    }

    [Fact]
    public void LookUp_Repeated_AllocatesNothing()
    {
        var origins = Origins(
            "http://192.0.2.9",
            new ZoneSettings(),
            Record("www.example.com", "192.0.2.1", "192.0.2.2"),
            Record("*.example.com", "192.0.2.3")
        );
        Run();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Run()
        {
            for (var i = 0; i < 1_000; i++)
            {
                origins.For("www.example.com"u8, https: true);
                origins.For("a.b.example.com"u8, https: true);
                origins.For("a.b.example.com:8443"u8, https: false);
                origins.For("example.com"u8, https: true);
            }
        }
    }

    [Fact]
    public async Task Addresses_OfATarget_AreEachTheFirstInTurn()
    {
        var target = Origins(null, new ZoneSettings(), Record("example.com", "192.0.2.1", "192.0.2.2", "2001:db8::1"))
            .For("example.com"u8, https: false)!;
        var pools = await target.PoolsAsync(TestContext.Current.CancellationToken);
        Assert.True(target.Spreads);
        Assert.Equal(
            [
                "192.0.2.1:80 192.0.2.2:80 [2001:db8::1]:80",
                "192.0.2.2:80 [2001:db8::1]:80 192.0.2.1:80",
                "[2001:db8::1]:80 192.0.2.1:80 192.0.2.2:80",
                "192.0.2.1:80 192.0.2.2:80 [2001:db8::1]:80",
            ],
            Enumerable.Range(0, 4).Select(lot => string.Join(' ', target.InTurn(pools, (ulong)lot).Select(pool => pool.Endpoint.Address)))
        );
    }

    private ZoneOrigins Origins(string? origin, ZoneSettings settings, params RecordOrigin[] records) =>
        ZoneOrigins.Of(
            new ZoneConfig
            {
                Id = new string('0', 32),
                Name = "example.com",
                Origin = origin is null ? null : OriginUrl.Parse(origin),
                Settings = settings,
                Records = [.. records],
            },
            _targets
        );

    private static RecordOrigin Record(string name, params string[] addresses) => new(name, [.. addresses.Select(IPAddress.Parse)], null);

    private static RecordOrigin Alias(string name, string target) => new(name, [], target);

    private sealed class NoResolver : IOriginResolver
    {
        public Task<ResolvedName> ResolveAsync(string name, CancellationToken cancellationToken) =>
            throw new OriginNameException($"'{name}' is not resolved here");
    }
}
