using System.Net;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Edge.Listening.Certificates;
using Microsoft.Extensions.Logging;

namespace Holdfast.Edge.Tests.Listening;

public sealed class LocalAuthorityTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ManualClock _clock = new();
    private readonly RecordingLogger _logger = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Issue_HostName_IsTrustedByWhoeverTrustsTheAuthority()
    {
        var authority = Open();
        var leaf = (await authority.IssueAsync("www.example.com", TestContext.Current.CancellationToken)).Leaf;

        Assert.True(leaf.MatchesHostname("www.example.com"));
        Assert.True(IsTrusted(leaf, authority));
        Assert.Equal(_clock.GetUtcNow().AddHours(-1), leaf.NotBefore.ToUniversalTime());
        Assert.Equal(_clock.GetUtcNow().AddDays(90), leaf.NotAfter.ToUniversalTime());
        Assert.True(authority.IsPersistent);
        Assert.Empty(_logger.Messages);
    }

    [Theory]
    [InlineData("192.0.2.1")]
    [InlineData("2001:db8::1")]
    public async Task Issue_Address_IsAnAddressName(string address)
    {
        var leaf = (await Open().IssueAsync(address, TestContext.Current.CancellationToken)).Leaf;

        var names = leaf.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        Assert.Equal(IPAddress.Parse(address), Assert.Single(names.EnumerateIPAddresses()));
        Assert.Empty(names.EnumerateDnsNames());
    }

    [Fact]
    public void Authority_ItsCertificate_SignsServersOnlyAndNoAuthorityBelow()
    {
        using var certificate = X509Certificate2.CreateFromPem(Open().CertificatePem);

        var basic = certificate.Extensions.OfType<X509BasicConstraintsExtension>().Single();
        Assert.True(basic is { CertificateAuthority: true, HasPathLengthConstraint: true, PathLengthConstraint: 0, Critical: true });
        Assert.Equal(
            X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign,
            certificate.Extensions.OfType<X509KeyUsageExtension>().Single().KeyUsages
        );
        Assert.Equal(
            "1.3.6.1.5.5.7.3.1",
            certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages[0].Value
        );
        Assert.Equal(_clock.GetUtcNow().AddDays(3650), certificate.NotAfter.ToUniversalTime());
    }

    [Fact]
    public async Task Issue_TwoThirdsOfItsLifeOver_IsRenewed()
    {
        var authority = Open();
        var first = await authority.IssueAsync("example.com", TestContext.Current.CancellationToken);
        _clock.Advance(TimeSpan.FromDays(59));
        Assert.Same(first, await authority.IssueAsync("example.com", TestContext.Current.CancellationToken));
        _clock.Advance(TimeSpan.FromDays(2));

        Assert.NotSame(first, await authority.IssueAsync("example.com", TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Open_Again_IsTheSameAuthority() => Assert.Equal(Open().CertificatePem, Open().CertificatePem);

    [Fact]
    public async Task Open_ManyAtOnce_AgreeOnOne()
    {
        using var start = new Barrier(8);
        var opened = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(_ =>
                    Task.Factory.StartNew(
                        () =>
                        {
                            start.SignalAndWait();
                            return Open();
                        },
                        TestContext.Current.CancellationToken,
                        TaskCreationOptions.LongRunning,
                        TaskScheduler.Default
                    )
                )
        );

        Assert.Single(opened.Select(a => a.CertificatePem).Distinct());
        Assert.All(opened, a => Assert.True(a.IsPersistent));
        Assert.Equal(["local-ca.key", "local-ca.pem"], Directory.GetFiles(KeysDirectory).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Open_OnUnix_KeyIsItsOwnersAlone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "file modes are Unix's");
        Open();

#pragma warning disable CA1416 // skipped above
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(KeysDirectory, "local-ca.key")));
#pragma warning restore CA1416
    }

    [Fact]
    public void Open_AfterACrashBetweenKeyAndCertificate_CompletesIt()
    {
        Open();
        var key = File.ReadAllText(Path.Combine(KeysDirectory, "local-ca.key"));
        File.Delete(Path.Combine(KeysDirectory, "local-ca.pem"));

        Assert.True(Open().IsPersistent);
        Assert.Equal(key, File.ReadAllText(Path.Combine(KeysDirectory, "local-ca.key")));
    }

    [Fact]
    public async Task Open_DirectoryCannotBeWritten_GoesOnInMemoryAndSaysSoOnce()
    {
        await File.WriteAllTextAsync(KeysDirectory, "a file where the directory should be", TestContext.Current.CancellationToken);

        var authority = Open();

        Assert.False(authority.IsPersistent);
        Assert.Contains("can't be used", Assert.Single(_logger.Messages));
        var leaf = (await authority.IssueAsync("example.com", TestContext.Current.CancellationToken)).Leaf;
        Assert.True(IsTrusted(leaf, authority));
    }

    [Theory]
    [InlineData("local-ca.key")]
    [InlineData("local-ca.pem")]
    public void Open_CorruptFile_GoesOnInMemoryAndLeavesItAlone(string name)
    {
        Open();
        var path = Path.Combine(KeysDirectory, name);
        File.WriteAllText(path, "corrupt");

        Assert.False(Open().IsPersistent);
        Assert.Equal("corrupt", File.ReadAllText(path));
        Assert.Contains(name, Assert.Single(_logger.Messages));
    }

    [Fact]
    public void Open_KeyOfAnotherAuthority_GoesOnInMemory()
    {
        Open();
        using var other = System.Security.Cryptography.ECDsa.Create();
        File.WriteAllText(Path.Combine(KeysDirectory, "local-ca.key"), other.ExportPkcs8PrivateKeyPem());

        Assert.False(Open().IsPersistent);
    }

    [Fact]
    public void Open_AuthorityHasExpired_GoesOnInMemory()
    {
        Open();
        _clock.Advance(TimeSpan.FromDays(3651));

        Assert.False(Open().IsPersistent);
    }

    private string KeysDirectory => Path.Combine(_directory.Path, "keys");

    private LocalAuthority Open() => LocalAuthority.Open(_directory.Path, _clock, _logger);

    private bool IsTrusted(X509Certificate2 leaf, LocalAuthority authority)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(X509Certificate2.CreateFromPem(authority.CertificatePem));
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = _clock.GetUtcNow().UtcDateTime;
        return chain.Build(leaf);
    }

    private sealed class RecordingLogger : ILogger<LocalAuthority>
    {
        public List<string> Messages { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel level,
            EventId id,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => Messages.Add(formatter(state, exception));
    }
}
