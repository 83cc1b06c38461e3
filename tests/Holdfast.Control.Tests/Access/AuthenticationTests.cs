using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Holdfast.Control.Access;
using Holdfast.Control.Tests.Tokens;

namespace Holdfast.Control.Tests.Access;

/// <summary>Wrong credentials are slowed, good ones are not; and too many requests are told to wait.</summary>
public sealed class AuthenticationTests
{
    private const string Zones = "/client/v4/zones";

    [Fact]
    public async Task WrongTokens_TenThousand_AreToldToWaitAndAGoodOneIsTaken()
    {
        await using var control = await TestControl.StartAsync(time: new ManualTime());
        var statuses = new List<HttpStatusCode>();
        for (var batch = 0; batch < 100; batch++)
        {
            statuses.AddRange(await Task.WhenAll(Enumerable.Range(0, 100).Select(i => WrongAsync(control, $"wrong-{batch}-{i}"))));
            Assert.Equal(HttpStatusCode.OK, (await control.GetAsync(Zones)).Status);
        }

        // A few requests can be on their way at once when the first pause begins.
        Assert.InRange(statuses.Count(status => status == HttpStatusCode.Forbidden), FailureCounter.Free, FailureCounter.Free + 100);
        Assert.Equal(10_000, statuses.Count(status => status is HttpStatusCode.Forbidden or HttpStatusCode.TooManyRequests));
        Assert.DoesNotContain(HttpStatusCode.Forbidden, statuses.Skip(100));
    }

    [Fact]
    public async Task WrongTokens_OfOneAddress_AnotherIsNotSlowed()
    {
        await using var control = await TestControl.StartAsync(time: new ManualTime());
        for (var i = 0; i <= FailureCounter.Free; i++)
        {
            Assert.Equal(HttpStatusCode.Forbidden, await WrongAsync(control, $"wrong-{i}"));
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, await WrongAsync(control, "wrong"));
        using var elsewhere = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectFromElsewhereAsync })
        {
            BaseAddress = control.Host.Url,
        };
        Assert.Equal(HttpStatusCode.OK, await FromElsewhereAsync(TestControl.Token));
        Assert.Equal(HttpStatusCode.Forbidden, await FromElsewhereAsync("mistyped"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await WrongAsync(control, "wrong"));

        async Task<HttpStatusCode> FromElsewhereAsync(string token)
        {
            elsewhere.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using var response = await elsewhere.GetAsync(new Uri(Zones, UriKind.Relative), TestContext.Current.CancellationToken);
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task WrongTokens_Pauses_GrowAndAreOverInTime()
    {
        var time = new ManualTime();
        await using var control = await TestControl.StartAsync(time: time);
        Task<Answer> Wrong() => control.GetAsync(Zones, "a-token-from-somewhere-else");

        for (var i = 0; i <= FailureCounter.Free; i++)
        {
            var refused = await Wrong();
            Assert.Equal((HttpStatusCode.Forbidden, 9109), (refused.Status, refused.Code));
        }

        for (var seconds = 1; seconds <= 32; seconds *= 2)
        {
            var paused = await Wrong();
            Assert.Equal((HttpStatusCode.TooManyRequests, 971), (paused.Status, paused.Code));
            Assert.InRange(paused.RetryAfter!.Value.TotalSeconds, seconds, (2 * seconds) + 1);
            time.Advance(TimeSpan.FromSeconds(seconds));
            Assert.Equal(HttpStatusCode.Forbidden, (await Wrong()).Status);
        }

        time.Advance(FailureCounter.Memory + TimeSpan.FromSeconds(1));
        for (var i = 0; i <= FailureCounter.Free; i++)
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await Wrong()).Status);
        }
    }

    [Fact]
    public async Task Requests_BeyondTheLimit_Are429UntilThePeriodIsOver()
    {
        var time = new ManualTime();
        await using var control = await TestControl.StartAsync(time: time, configure: options => options with { RequestsPerPeriod = 3 });
        var (_, token) = await control.AddTokenAsync(TestTokens.AllZones, PermissionGroups.ZoneRead);
        var (_, other) = await control.AddTokenAsync(TestTokens.AllZones, PermissionGroups.ZoneRead);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await control.GetAsync(Zones, token)).Status);
        }

        time.Advance(TimeSpan.FromMinutes(4));
        var refused = await control.GetAsync(Zones, token);
        Assert.Equal((HttpStatusCode.TooManyRequests, 971), (refused.Status, refused.Code));
        Assert.InRange(refused.RetryAfter!.Value.TotalSeconds, 60, 60 + Authentication.JitterSeconds);
        Assert.Equal(HttpStatusCode.OK, (await control.GetAsync(Zones, other)).Status);

        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.OK, (await control.GetAsync(Zones, token)).Status);
    }

    [Fact]
    public async Task Requests_Counted_SayWhatIsLeft()
    {
        await using var control = await TestControl.StartAsync(time: new ManualTime());
        var (_, token) = await control.AddTokenAsync(TestTokens.AllZones, PermissionGroups.ZoneRead);
        using var request = new HttpRequestMessage(HttpMethod.Get, Zones);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await control.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal("\"default\";r=1199;t=300", response.Headers.GetValues("Ratelimit").Single());
        Assert.Equal("\"default\";q=1200;w=300", response.Headers.GetValues("Ratelimit-Policy").Single());
    }

    [Fact]
    public async Task Requests_OfTheAdminToken_AreNotCounted()
    {
        await using var control = await TestControl.StartAsync(configure: options => options with { RequestsPerPeriod = 1 });
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await control.GetAsync(Zones)).Status);
        }
    }

    [Fact]
    public void Allowance_OfManyCredentials_ForgetsThoseThatAreOver()
    {
        var time = new ManualTime();
        var allowance = new RequestAllowance(10, time);
        for (var i = 0; i < 50_000; i++)
        {
            allowance.Take($"first-{i}");
        }

        time.Advance(RequestAllowance.Period + TimeSpan.FromSeconds(1));
        allowance.Take("second");
        Assert.Equal(1, allowance.Counted);
    }

    [Fact]
    public void Failures_OfVeryManyAddresses_TheOldestAreForgotten()
    {
        var failures = new FailureCounter(Authentication.LongestPause, new ManualTime());
        foreach (var address in new[] { "first", "second" })
        {
            for (var i = 0; i <= FailureCounter.Free; i++)
            {
                failures.Failed(address);
            }
        }

        // One more than there is room for: the first has to go, the second stays.
        for (var i = 0; i < FailureCounter.Capacity - 1; i++)
        {
            failures.Failed($"other-{i}");
        }

        Assert.Null(failures.Pause("first"));
        Assert.NotNull(failures.Pause("second"));
    }

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "20010db800010002")]
    [InlineData("2001:db8:1:2::9", "20010db800010002")]
    [InlineData("2001:db8:1:3::9", "20010db800010003")]
    public void AddressKey_Ipv6_IsItsNetworkOf64Bits(string address, string key) =>
        Assert.Equal(key, AddressKey.Of(IPAddress.Parse(address)));

    // All of 127.0.0.0/8 is this machine.
    private static async ValueTask<Stream> ConnectFromElsewhereAsync(
        SocketsHttpConnectionContext context,
        CancellationToken cancellationToken
    )
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.2"), 0));
        await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static async Task<HttpStatusCode> WrongAsync(TestControl control, string token) =>
        (await control.GetAsync(Zones, token)).Status;
}
