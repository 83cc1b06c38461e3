using System.Net;
using Holdfast.Edge.Listening.Certificates;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Edge.Tests.Listening;

public sealed class CertificateStoreTests : IDisposable
{
    private static readonly IPEndPoint Local = new(IPAddress.Parse("192.0.2.10"), 443);

    private readonly TemporaryDirectory _directory = new();
    private readonly TestCertificateSource _disk = new();
    private readonly ManualClock _clock = new();
    private readonly CertificateStore _store;

    public CertificateStoreTests() =>
        _store = new CertificateStore(
            LocalAuthority.Open(_directory.Path, _clock, NullLogger<LocalAuthority>.Instance),
            Policy,
            _disk,
            _clock,
            warmZones: 10
        );

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Select_HostOfAZone_IsIssuedLocallyOnce()
    {
        var first = await SelectAsync("www.example.com");

        Assert.Equal("www.example.com", DnsName(first));
        Assert.Same(first, await SelectAsync("www.example.com"));
        Assert.Same(first.Options(TlsVersions.Both, true), first.Options(TlsVersions.Both, true));
    }

    [Theory]
    [InlineData("nobody.test", "holdfast.local")]
    [InlineData("localhost", "localhost")]
    [InlineData("192.0.2.10", "192.0.2.10")]
    [InlineData("192.0.2.11", "holdfast.local")]
    [InlineData(null, "192.0.2.10")]
    public async Task Select_NotAZonesHost_IsTheListenersOrTheDefault(string? sni, string expected) =>
        Assert.Contains("CN=" + expected, (await SelectAsync(sni)).Leaf.Subject);

    [Fact]
    public async Task Select_ExactBeforeWildcardBeforeLocal_OneLabelOnly()
    {
        Put("wild", hosts: "*.example.com");
        Put("exact", hosts: "www.example.com");

        Assert.Equal("CN=exact", await SubjectAsync("www.example.com"));
        Assert.Equal("CN=wild", await SubjectAsync("api.example.com"));
        Assert.Contains("a.b.example.com", await SubjectAsync("a.b.example.com"));
        Assert.Contains("CN=example.com", await SubjectAsync("example.com"));
    }

    [Fact]
    public async Task Select_SeveralKeyTypes_PrefersEcdsaWhereTheClientCan()
    {
        Put("rsa", rsa: true, hosts: "example.com");
        Put("ecdsa", hosts: "example.com");

        Assert.Equal("CN=ecdsa", await SubjectAsync("example.com"));
        Assert.Equal("CN=rsa", await SubjectAsync("example.com", KeyTypes.Rsa));
        Assert.Equal("CN=rsa", await SubjectAsync("example.com", KeyTypes.Rsa | KeyTypes.EcdsaP384));
    }

    [Fact]
    public async Task Select_OwnersPriority_WinsOverTheKindOfKeyButNotOverWhatTheClientCanCheck()
    {
        Put("rsa", rsa: true, priority: 2, hosts: "example.com");
        Put("ecdsa", priority: 1, hosts: "example.com");

        Assert.Equal("CN=rsa", await SubjectAsync("example.com"));
        Assert.Equal("CN=ecdsa", await SubjectAsync("example.com", KeyTypes.EcdsaP256 | KeyTypes.EcdsaP384));
    }

    [Fact]
    public async Task Select_ExactThatTheClientCannotCheck_TakesTheWildcardThatItCan()
    {
        Put("exact", hosts: "www.example.com");
        Put("wild", rsa: true, hosts: "*.example.com");

        Assert.Equal("CN=wild", await SubjectAsync("www.example.com", KeyTypes.Rsa));
        Assert.Equal("CN=exact", await SubjectAsync("www.example.com", KeyTypes.EcdsaP384));
    }

    [Fact]
    public async Task Select_OneExpired_TakesTheValidOne()
    {
        Put("new", hosts: "example.com");
        Put("old", notAfter: DateTimeOffset.UtcNow.AddDays(-1), hosts: "example.com");

        Assert.Equal("CN=new", await SubjectAsync("example.com"));
    }

    [Fact]
    public async Task Select_AnotherZonesCertificate_IsNeverServed()
    {
        Put("theirs", zone: "zone-2", hosts: "example.com");

        Assert.Contains("CN=example.com", await SubjectAsync("example.com"));
    }

    [Fact]
    public async Task Select_MinimumVersion_IsTheZones()
    {
        var choice = await _store.SelectAsync("strict.example.com", Local, KeyTypes.All, TestContext.Current.CancellationToken);

        Assert.Equal(TlsVersions.Only13, choice!.Value.Versions);
    }

    [Fact]
    public async Task PutWithTheSameId_Replaces_AndRemoveGoesBackToLocal()
    {
        Put("one", hosts: "example.com");
        var before = await SelectAsync("example.com");
        Put("one", hosts: "www.example.com");

        Assert.NotEqual("CN=one", await SubjectAsync("example.com"));
        Assert.Equal("CN=one", await SubjectAsync("www.example.com"));
        Assert.Equal(1, _store.Count);
        Remove("one");
        Remove("one");
        Assert.Equal(0, _store.Count);
        Assert.NotEqual("CN=one", await SubjectAsync("www.example.com"));
        // Whoever began with the old one can finish with it.
        Assert.NotNull(before.Options(TlsVersions.Both, http2: true).ServerCertificateContext);
        Assert.True(before.Leaf.HasPrivateKey);
    }

    [Fact]
    public async Task Put_KeyOfAnotherCertificate_IsRefusedAndChangesNothing()
    {
        Put("good", hosts: "example.com");
        var (config, _) = TestCertificates.Make("good", "zone-1", rsa: false, hosts: "example.com");
        var (_, otherKey) = TestCertificates.Make("other", "zone-1", rsa: false, hosts: "example.com");

        Assert.False(TryPut(config, otherKey, out var error));
        Assert.Contains("certificate good can't be used", error);
        Assert.False(TryPut(config, [1, 2, 3], out _));
        Assert.False(TryPut(config with { ChainPem = "nothing" }, otherKey, out _));
        Assert.False(TryPut(config with { ChainPem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" }, otherKey, out _));
        Assert.Equal("CN=good", await SubjectAsync("example.com"));
    }

    [Fact]
    public async Task Select_ColdZone_IsReadOnceForAllWhoAskAndThenKept()
    {
        Put("one", hosts: "example.com");
        Put("two", hosts: "www.example.com");
        var all = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => SelectAsync("www.example.com")));

        Assert.Single(all.Distinct());
        Assert.Equal("CN=one", await SubjectAsync("example.com"));
        Assert.Equal((2, 1), (_disk.Reads, _store.WarmCount));
    }

    [Fact]
    public async Task Select_HostOfAZoneWithoutItsOwn_ReadsNothing()
    {
        Put("theirs", zone: "zone-2", hosts: "example.com");
        await SelectAsync("example.com");

        Assert.Equal((0, 0), (_disk.Reads, _store.WarmCount));
    }

    [Fact]
    public async Task Put_WarmZone_LeavesTheOthersAsTheyAre()
    {
        Put("one", hosts: "example.com");
        Put("two", hosts: "www.example.com");
        var one = await SelectAsync("example.com");
        Put("two", hosts: "www.example.com");
        Put("three", hosts: "api.example.com");

        // The same object: its sessions can be resumed.
        Assert.Same(one, await SelectAsync("example.com"));
        Assert.Equal("CN=three", await SubjectAsync("api.example.com"));
        Assert.Equal(2, _disk.Reads);
    }

    [Fact]
    public async Task Select_MoreZonesThanAreKept_DropsTheColdestAndReadsItAgain()
    {
        for (var i = 0; i <= 10; i++)
        {
            Put($"certificate-{i}", zone: $"many-{i}", hosts: $"{i}.many.test");
            Assert.Equal($"CN=certificate-{i}", await SubjectAsync($"{i}.many.test"));
        }

        Assert.Equal((9, 11), (_store.WarmCount, _disk.Reads));
        Assert.Equal("CN=certificate-10", await SubjectAsync("10.many.test"));
        Assert.Equal(11, _disk.Reads);
        Assert.Equal("CN=certificate-0", await SubjectAsync("0.many.test"));
        Assert.Equal(12, _disk.Reads);
    }

    [Fact]
    public async Task Select_OneCannotBeRead_TheOthersServeAndItIsTriedAgainLater()
    {
        Put("one", hosts: "example.com");
        Put("two", hosts: "www.example.com");
        _disk.Fails.Add("one");
        Assert.Equal("CN=two", await SubjectAsync("www.example.com"));
        Assert.Contains("CN=example.com", await SubjectAsync("example.com"));
        Assert.Equal(2, _disk.Reads);

        _disk.Fails.Clear();
        _clock.Advance(TimeSpan.FromSeconds(4));
        Assert.Contains("CN=example.com", await SubjectAsync("example.com"));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("CN=one", await SubjectAsync("example.com"));
        Assert.Equal(4, _disk.Reads);
    }

    [Fact]
    public async Task Put_WhileItsZoneIsRead_IsSeenByWhoeverAsksAfterwards()
    {
        Put("one", hosts: "example.com");
        using var read = new ManualResetEventSlim();
        _disk.Gate = read;
        var waiting = SelectAsync("example.com");
        Put("two", hosts: "www.example.com");
        var after = SelectAsync("www.example.com");
        read.Set();

        Assert.Equal("CN=one", (await waiting).Leaf.Subject);
        Assert.Equal("CN=two", (await after).Leaf.Subject);
    }

    [Fact]
    public async Task Put_OfAnotherZone_LeavesTheOneBefore()
    {
        Put("one", hosts: "example.com");
        Assert.Equal("CN=one", await SubjectAsync("example.com"));
        Put("one", zone: "zone-2", hosts: "example.com");

        Assert.Contains("CN=example.com", await SubjectAsync("example.com"));
        Assert.Equal(1, _store.Count);
    }

    private static ValueTask<TlsPolicy?> Policy(string host) => new(PolicyOf(host));

    private static TlsPolicy? PolicyOf(string host) =>
        host == "strict.example.com" ? new TlsPolicy("zone-1", TlsVersions.Only13, true, true)
        : host.EndsWith(".many.test", StringComparison.Ordinal) ? new TlsPolicy($"many-{host.Split('.')[0]}", TlsVersions.Both, true, true)
        : host.EndsWith("example.com", StringComparison.Ordinal) ? new TlsPolicy("zone-1", TlsVersions.Both, true, true)
        : null;

    private static string DnsName(ServerCertificate certificate) =>
        certificate
            .Leaf.Extensions.OfType<System.Security.Cryptography.X509Certificates.X509SubjectAlternativeNameExtension>()
            .Single()
            .EnumerateDnsNames()
            .Single();

    private bool TryPut(Model.Certificates.CertificateConfig config, byte[] pkcs8, out string? error)
    {
        if (!CustomCertificate.TryCreate(config, pkcs8, out var made, out error))
        {
            return false;
        }

        var before = _disk.ZoneOf(config.Id) is { } zone ? CertificateStore.KeyOf(zone) : (ulong?)null;
        _store.Put(_disk.Keep(made), before, made);
        return true;
    }

    private void Remove(string id)
    {
        if (_disk.ZoneOf(id) is { } zone)
        {
            _store.Remove(_disk.Drop(id), CertificateStore.KeyOf(zone), id);
        }
    }

    private void Put(
        string id,
        string zone = "zone-1",
        bool rsa = false,
        DateTimeOffset? notAfter = null,
        int priority = 0,
        params string[] hosts
    )
    {
        var (config, key) = TestCertificates.Make(id, zone, rsa, notAfter, hosts);
        Assert.True(TryPut(config with { Priority = priority }, key, out var error), error);
    }

    private async Task<ServerCertificate> SelectAsync(string? sni, KeyTypes accepted = KeyTypes.All) =>
        (await _store.SelectAsync(sni, Local, accepted, TestContext.Current.CancellationToken))!.Value.Certificate;

    private async Task<string> SubjectAsync(string? sni, KeyTypes accepted = KeyTypes.All) =>
        (await SelectAsync(sni, accepted)).Leaf.Subject;
}
