using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Holdfast.Edge.Bots;
using Holdfast.Edge.Tests.Rules;
using Holdfast.Model.Rulesets;
using Holdfast.Rules.Evaluation;

namespace Holdfast.Edge.Tests.Bots;

/// <summary>Whether a crawler is who it says it is: by reverse DNS, and never while a request waits.</summary>
public class BotVerifierTests
{
    private const string Crawler = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://example.com/bot.html)";
    private static readonly IPAddress Address = IPAddress.Parse("192.0.2.7");
    private static readonly VerifiableBot Google = VerifiableBots.ClaimedBy(Encoding.ASCII.GetBytes(Crawler))!;

    [Fact]
    public async Task Verify_AnAddressWhoseNameLeadsBack_IsUnknownThenTrue()
    {
        var dns = new NameServers();
        dns.Name(Address, "crawl-7.googlebot.com.");
        dns.Lead("crawl-7.googlebot.com.", Address);
        await using var verifier = new BotVerifier(dns, TimeProvider.System);

        Assert.Equal(Truth.Unknown, verifier.Verify(Google, Address));
        dns.Answer();
        Assert.Equal(Truth.True, await KnownAsync(verifier));

        // Another one's crawler it is not.
        Assert.Equal(Truth.False, verifier.Verify(VerifiableBots.ClaimedBy("bingbot/2.0"u8)!, Address));
    }

    [Theory]
    [InlineData("crawl-7.googlebot.com.", "192.0.2.8")]
    [InlineData("googlebot.com.example.net.", "192.0.2.7")]
    [InlineData("notgooglebot.com.", "192.0.2.7")]
    [InlineData(null, "192.0.2.7")]
    public async Task Verify_AnAddressThatSaysSoOnly_IsFalse(string? name, string leads)
    {
        var dns = new NameServers();
        if (name is not null)
        {
            dns.Name(Address, name);
            dns.Lead(name, IPAddress.Parse(leads));
        }

        await using var verifier = new BotVerifier(dns, TimeProvider.System);
        dns.Answer();
        Assert.Equal(Truth.False, await KnownAsync(verifier));
    }

    [Fact]
    public async Task Verify_WithoutNameServers_IsUnknownAndAskedAgainAMinuteLater()
    {
        var (dns, time) = (new NameServers { IsDead = true }, new Clock());
        await using var verifier = new BotVerifier(dns, time);
        dns.Answer();
        Assert.Equal(Truth.Unknown, verifier.Verify(Google, Address));
        await dns.AskedAsync(1);
        Assert.Equal(Truth.Unknown, verifier.Verify(Google, Address));

        dns.IsDead = false;
        dns.Name(Address, "crawl-7.googlebot.com.");
        dns.Lead("crawl-7.googlebot.com.", Address);
        Assert.Equal(Truth.True, await KnownAsync(verifier, time));

        // What is known for a day goes on being known while it is asked again.
        time.Advance(BotVerifier.ConfirmedFor);
        Assert.Equal(Truth.True, verifier.Verify(Google, Address));
    }

    [Fact]
    public async Task Verify_OfAFlood_KeepsMemoryAndQueueBounded()
    {
        await using var verifier = new BotVerifier(new NameServers(), TimeProvider.System);
        for (var i = 0; i < 2 * BotVerifier.MostWaiting; i++)
        {
            Assert.Equal(Truth.Unknown, verifier.Verify(Google, new IPAddress([198, 18, (byte)(i >> 8), (byte)i])));
        }

        Assert.InRange(verifier.Count, 1, BotVerifier.MostWaiting + 8);
    }

    [Fact]
    public void Claim_OfAUserAgent_IsFoundInAnyCase()
    {
        Assert.Same(Google, VerifiableBots.ClaimedBy("x GOOGLEBOT-Image/1.0"u8));
        Assert.Null(VerifiableBots.ClaimedBy("google bot"u8));
        Assert.Null(VerifiableBots.ClaimedBy(default));
        Assert.Null(VerifiableBots.ClaimedBy("googlebo"u8));
        Assert.All(VerifiableBots.All, bot => Assert.Same(bot, VerifiableBots.ClaimedBy(bot.Token)));
    }

    [Fact]
    public async Task Rules_ThatAskForAVerifiedCrawler_ActWhenItIsOne()
    {
        var dns = new NameServers();
        dns.Name(IPAddress.Loopback, "crawl-7.googlebot.com.");
        dns.Lead("crawl-7.googlebot.com.", IPAddress.Loopback);
        await using var site = await RuledSite.StartAsync(
            RuledSite.Custom,
            options => options with { ReverseDns = dns },
            RuledSite.Rule(
                "cf.client.bot and cf.bot_management.verified_bot and cf.verified_bot_category eq \"Search Engine Crawler\"",
                new BlockAction(new BlockResponse(418, "text/plain", "verified"))
            ),
            RuledSite.Rule("not cf.client.bot", new BlockAction(new BlockResponse(451, "text/plain", "not verified")))
        );

        // Unknown: neither rule acts.
        Assert.Equal("200", await StatusAsync(site, Crawler));
        Assert.Equal("451", await StatusAsync(site, "curl/8.5.0"));

        dns.Answer();
        var status = "200";
        for (var deadline = Deadline(); status == "200"; )
        {
            Assert.True(Environment.TickCount64 < deadline, "it is not known within a minute");
            status = await StatusAsync(site, Crawler);
        }

        Assert.Equal("418", status);
        Assert.Equal("451", await StatusAsync(site, "bingbot/2.0"));
    }

    private static long Deadline() => Environment.TickCount64 + 60_000;

    private static async Task<string> StatusAsync(RuledSite site, string userAgent) =>
        (await site.AskAsync($"GET / HTTP/1.1\r\nHost: example.com\r\nUser-Agent: {userAgent}\r\nConnection: close\r\n\r\n")).Head.Split(
            ' '
        )[1];

    private static async Task<Truth> KnownAsync(BotVerifier verifier, Clock? time = null)
    {
        Truth truth;
        for (var deadline = Deadline(); (truth = verifier.Verify(Google, Address)) == Truth.Unknown; )
        {
            Assert.True(Environment.TickCount64 < deadline, "it is not known within a minute");
            await Task.Delay(1);
            time?.Advance(BotVerifier.FailedFor);
        }

        return truth;
    }

    private sealed class Clock : TimeProvider
    {
        private long _now = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Read(ref _now);

        public void Advance(TimeSpan by) => Interlocked.Add(ref _now, by.Ticks);
    }

    /// <summary>Name servers that answer when they are told to.</summary>
    private sealed class NameServers : IReverseDns
    {
        private readonly TaskCompletionSource _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ConcurrentDictionary<IPAddress, string> _names = new();
        private readonly ConcurrentDictionary<string, IPAddress> _addresses = new();
        private int _asked;

        public volatile bool IsDead;

        public int Asked => Volatile.Read(ref _asked);

        public void Name(IPAddress address, string name) => _names[address] = name;

        public void Lead(string name, IPAddress address) => _addresses[name] = address;

        public void Answer() => _answer.SetResult();

        public async Task AskedAsync(int times)
        {
            for (var deadline = Deadline(); Asked < times; )
            {
                Assert.True(Environment.TickCount64 < deadline, "nobody asks within a minute");
                await Task.Delay(1);
            }
        }

        public async Task<IReadOnlyList<string>> NamesOfAsync(IPAddress address, CancellationToken cancellationToken)
        {
            await _answer.Task.WaitAsync(cancellationToken);
            var isDead = IsDead;
            Interlocked.Increment(ref _asked);
            return isDead ? throw new ReverseDnsException("nobody answers")
                : _names.TryGetValue(address, out var name) ? [name]
                : [];
        }

        public Task<IReadOnlyList<IPAddress>> AddressesOfAsync(string name, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<IPAddress>>(_addresses.TryGetValue(name, out var address) ? [address] : []);
    }
}
