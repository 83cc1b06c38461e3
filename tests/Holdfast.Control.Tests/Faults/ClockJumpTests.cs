using System.Net;
using Holdfast.Control.Access;
using Holdfast.Control.Audit;
using Holdfast.Control.Sessions;
using Holdfast.Control.Storage;
using Holdfast.Control.Tests.Operators;
using Holdfast.Control.Tests.Tokens;
using Holdfast.Releases.Keys;

namespace Holdfast.Control.Tests.Faults;

/// <summary>The machine's clock jumps, forth and back. What counts durations does not notice; what compares times follows the clock.</summary>
public sealed class ClockJumpTests
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly SettableTime _time = new();

    [Fact]
    public async Task Token_WithAnEnd_FollowsTheClock()
    {
        await using var control = await TestControl.StartAsync(time: _time);
        var now = _time.GetUtcNow();
        var (_, token) = await control.AddTokenAsync(
            TestTokens.Body(
                [TestTokens.Policy(TestTokens.AllZones, PermissionGroups.ZoneRead)],
                $$""","not_before":"{{now.AddHours(-1):yyyy-MM-dd'T'HH:mm:ss'Z'}}","expires_on":"{{now.AddHours(1):yyyy-MM-dd'T'HH:mm:ss'Z'}}" """
            )
        );
        async Task<HttpStatusCode> UseAsync() => (await control.GetAsync("/client/v4/zones", token)).Status;

        Assert.Equal(HttpStatusCode.OK, await UseAsync());
        _time.Advance(Day);
        Assert.Equal(HttpStatusCode.Forbidden, await UseAsync());
        _time.Advance(-2 * Day);
        Assert.Equal(HttpStatusCode.Forbidden, await UseAsync());
        _time.Advance(Day);
        Assert.Equal(HttpStatusCode.OK, await UseAsync());
    }

    [Fact]
    public async Task Session_ClockJumps_IsOverWhenTheClockSaysSoAndLastsNoLongerForIt()
    {
        await using var control = await TestControl.StartAsync(time: _time);
        using var alex = await OperatorUnderTest.AddAsync(control);
        await alex.SignInAsync();
        async Task<HttpStatusCode> UseAsync() => (await alex.GetAsync("/holdfast/v1/operators/me")).Status;

        Assert.Equal(HttpStatusCode.OK, await UseAsync());
        _time.Advance(StoredSession.Life);
        Assert.Equal(HttpStatusCode.Unauthorized, await UseAsync());

        // Back before its beginning, it is used, and that use does not move its end.
        _time.Advance(-StoredSession.Life - Day);
        Assert.Equal(HttpStatusCode.OK, await UseAsync());
        _time.Advance(Day + StoredSession.Life);
        Assert.Equal(HttpStatusCode.Unauthorized, await UseAsync());
    }

    [Fact]
    public async Task Changes_ClockJumps_AreInTheOrderInWhichTheyWereMade()
    {
        await using var control = await TestControl.StartAsync(time: _time);
        using var store = new TemporaryDirectory();
        await using var edge = new TestEdge(control.Data, control.Host.Url, store.Path);
        var zone = await control.AddZoneAsync("example.com");
        TimeSpan[] jumps = [Day, -3 * Day, 400 * Day, -Day, -397 * Day];
        foreach (var (index, jump) in jumps.Index())
        {
            _time.Advance(jump);
            var changed = await control.PutAsync(
                $"/holdfast/v1/zones/{zone}/origin",
                $$"""{"origin":"http://192.0.2.{{10 + index}}"}""",
                $"\"{index + 1}\""
            );
            Assert.Equal((HttpStatusCode.OK, $"\"{index + 2}\""), (changed.Status, changed.Tag));
        }

        // Edges go by generations and positions.
        await Eventually.TrueAsync(() => edge.Zone(zone)?.Origin?.Host == "192.0.2.14", "the last change live");
        Assert.Empty(edge.Refusals);

        // The log goes by its numbers; each entry has the time that the clock showed.
        var entries = (await control.GetAsync("/holdfast/v1/audit_logs?operation=zones-put-origin")).Result.AsArray();
        var sequences = entries.Select(entry => entry!["sequence"]!.GetValue<long>()).ToList();
        Assert.Equal(jumps.Length, sequences.Count);
        Assert.Equal(sequences.OrderDescending(), sequences);
        var newest = entries[0]!["after"]!.ToJsonString();
        Assert.Contains("192.0.2.14", newest, StringComparison.Ordinal);
        var verdict = await AuditVerification.RunAsync(
            AuditFile.ReadAsync(Path.Combine(control.Data, "control", "control.db"), TestContext.Current.CancellationToken),
            AuditHead.Load(new KeyDirectory(control.Data).AuditHeadFile),
            null,
            TestContext.Current.CancellationToken
        );
        Assert.Null(verdict.Problem);
    }

    [Fact]
    public async Task WrongTokens_ClockJumps_PausesAreTheSame()
    {
        await using var control = await TestControl.StartAsync(time: new JumpingTime(_time));
        Task<Answer> Wrong() => control.GetAsync("/client/v4/zones", "a-token-from-somewhere-else");
        for (var i = 0; i < FailureCounter.Free + 10; i++)
        {
            await Wrong();
        }

        foreach (var jump in new[] { Day, -2 * Day })
        {
            _time.Advance(jump);
            Assert.Equal(HttpStatusCode.TooManyRequests, (await Wrong()).Status);
        }
    }

    /// <summary>A wall clock that jumps over a monotonic one that stands.</summary>
    private sealed class JumpingTime(TimeProvider wall) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => wall.GetUtcNow();

        public override long GetTimestamp() => 1;
    }
}
