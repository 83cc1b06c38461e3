using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Holdfast.Control.Operators.Passwords;
using Microsoft.Data.Sqlite;
using OtpNet;

namespace Holdfast.Control.Tests.Operators;

public sealed class SignInTests
{
    [Fact]
    public async Task SignIn_RightPassword_GivesASessionUntilItIsEnded()
    {
        await using var control = await TestControl.StartAsync();
        using var ops = await OperatorUnderTest.AddAsync(control);
        var session = await ops.SignInAsync();
        Assert.Matches("^hfs_[A-Za-z0-9_-]{40}$", session["token"]!.GetValue<string>());
        Assert.Equal(HttpStatusCode.OK, (await ops.GetAsync("/client/v4/zones")).Status);

        var current = await ops.GetAsync("/holdfast/v1/sessions/current");
        Assert.Equal(session["id"]!.GetValue<string>(), current.Result["id"]!.GetValue<string>());
        Assert.Null(current.Result["token"]);
        Assert.Equal(HttpStatusCode.OK, (await ops.SendAsync(HttpMethod.Delete, "/holdfast/v1/sessions/current")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await ops.GetAsync("/client/v4/zones")).Status);
    }

    [Fact]
    public async Task SignIn_UnknownAddressWrongPasswordOrDisabled_SameAnswerAfterTheSameWork()
    {
        await using var control = await TestControl.StartAsync();
        using var ops = await OperatorUnderTest.AddAsync(control);
        using var gone = await OperatorUnderTest.AddAsync(control, email: "gone@example.com");
        await control.PatchAsync($"/holdfast/v1/operators/{gone.Id}", """{"disabled":true}""");

        await ops.TrySignInAsync("anything that is wrong", "first@example.com");
        var clock = Stopwatch.StartNew();
        var unknown = await ops.TrySignInAsync(OperatorUnderTest.Password, "nobody@example.com");
        var unknownTook = clock.Elapsed;
        clock.Restart();
        var wrong = await ops.TrySignInAsync("anything that is wrong");
        var wrongTook = clock.Elapsed;
        var disabled = await ops.TrySignInAsync(OperatorUnderTest.Password, "gone@example.com");

        Assert.Equal(HttpStatusCode.Unauthorized, wrong.Status);
        Assert.Equal(wrong.Body.ToJsonString(), unknown.Body.ToJsonString());
        Assert.Equal(wrong.Body.ToJsonString(), disabled.Body.ToJsonString());

        // The hash takes many times what everything else takes; an address that is not hashed for would be ten times as fast.
        Assert.True(unknownTook > wrongTook / 4, $"unknown took {unknownTook}, wrong took {wrongTook}");
    }

    [Fact]
    public async Task SignIn_ManyFailures_AreSlowedAndNeverLockedOut()
    {
        var time = new MovedTime();
        await using var control = await TestControl.StartAsync(time: time);
        using var ops = await OperatorUnderTest.AddAsync(control);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await ops.TrySignInAsync("anything that is wrong")).Status);
        }

        Assert.Equal(HttpStatusCode.Unauthorized, (await ops.TrySignInAsync("anything that is wrong")).Status);
        var slowed = await ops.TrySignInAsync(OperatorUnderTest.Password);
        Assert.Equal((HttpStatusCode)429, slowed.Status);
        Assert.InRange(slowed.RetryAfter!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3));

        time.Advance(TimeSpan.FromSeconds(61));
        await ops.SignInAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, (await ops.TrySignInAsync("anything that is wrong")).Status);
    }

    [Fact]
    public async Task SignIn_OthersFailOnTheAccount_SlowsThemAndNotItsOwner()
    {
        await using var control = await TestControl.StartAsync(time: new MovedTime());
        using var owner = await OperatorUnderTest.AddAsync(control);
        await owner.SignInAsync();
        foreach (var last in new[] { 2, 3 })
        {
            using var stranger = ClientFrom($"127.0.0.{last}", control.Host.Url);
            for (var i = 0; i < 4; i++)
            {
                await OperatorUnderTest.TrySignInAsync(stranger, "anything that is wrong");
            }
        }

        using var another = ClientFrom("127.0.0.4", control.Host.Url);
        Assert.Equal((HttpStatusCode)429, (await OperatorUnderTest.TrySignInAsync(another, OperatorUnderTest.Password)).Status);
        Assert.Equal(HttpStatusCode.OK, (await owner.TrySignInAsync(OperatorUnderTest.Password)).Status);
    }

    [Fact]
    public async Task SignIn_TenTimesMoreThanThereIsRoomFor_KeepsABoundedTailAndSaysWhenToComeBack()
    {
        await using var control = await TestControl.StartAsync();
        using var ops = await OperatorUnderTest.AddAsync(control);
        var sent = 10 * (PasswordGate.MaxWaiting + Environment.ProcessorCount);
        var clock = Stopwatch.StartNew();
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, sent)
                .Select(async _ =>
                {
                    var answer = await ops.TrySignInAsync(OperatorUnderTest.Password);
                    return (Answer: answer, Took: clock.Elapsed);
                })
        );

        Assert.Contains(answers, answer => answer.Answer.Status == HttpStatusCode.OK);
        var refused = answers.Where(answer => answer.Answer.Status != HttpStatusCode.OK).ToList();
        Assert.NotEmpty(refused);
        Assert.All(
            refused,
            answer =>
            {
                Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Answer.Status);
                Assert.InRange(answer.Answer.RetryAfter!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));
            }
        );
        Assert.True(refused.Select(answer => answer.Answer.RetryAfter).Distinct().Count() > 1);
        var slowest = answers.Max(answer => answer.Took);
        Assert.True(slowest < PasswordGate.MaxWait + TimeSpan.FromSeconds(12), $"the slowest answer took {slowest}");
    }

    [Fact]
    public async Task SignIn_HashWithFewerIterations_IsRenewed()
    {
        using var data = new TemporaryDirectory();
        await using (var first = await TestControl.StartAsync(data.Path))
        {
            (await OperatorUnderTest.AddAsync(first)).Dispose();
        }

        Execute(data.Path, "UPDATE operators SET PasswordHash = $hash", PasswordHash.Of(OperatorUnderTest.Password, 1_000));
        await using (var second = await TestControl.StartAsync(data.Path))
        {
            using var client = new HttpClient { BaseAddress = second.Host.Url };
            Assert.Equal(HttpStatusCode.OK, (await OperatorUnderTest.TrySignInAsync(client, OperatorUnderTest.Password)).Status);
            Assert.Equal(HttpStatusCode.OK, (await OperatorUnderTest.TrySignInAsync(client, OperatorUnderTest.Password)).Status);
        }

        Assert.StartsWith(
            $"pbkdf2-sha512${PasswordHash.Iterations}$",
            Execute(data.Path, "SELECT PasswordHash FROM operators", null),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Session_IdleOrOld_IsOver()
    {
        var time = new MovedTime();
        await using var control = await TestControl.StartAsync(time: time);
        using var ops = await OperatorUnderTest.AddAsync(control);
        await ops.SignInAsync();
        for (var i = 0; i < 14; i++)
        {
            time.Advance(TimeSpan.FromMinutes(50));
            Assert.Equal(HttpStatusCode.OK, (await ops.GetAsync("/client/v4/zones")).Status);
        }

        time.Advance(TimeSpan.FromMinutes(30));
        Assert.Equal(HttpStatusCode.Unauthorized, (await ops.GetAsync("/client/v4/zones")).Status);

        await ops.SignInAsync();
        time.Advance(TimeSpan.FromMinutes(61));
        Assert.Equal(HttpStatusCode.Unauthorized, (await ops.GetAsync("/client/v4/zones")).Status);
    }

    [Fact]
    public async Task SecondFactor_EnrolledAndConfirmed_IsAskedForAndEachCodeWorksOnce()
    {
        var time = new MovedTime();
        await using var control = await TestControl.StartAsync(time: time);
        using var ops = await OperatorUnderTest.AddAsync(control);
        await ops.SignInAsync();
        var enrolled = await ops.PostAsync("/holdfast/v1/operators/me/totp", OperatorUnderTest.OwnPassword);
        Assert.StartsWith("otpauth://totp/", enrolled.Result["uri"]!.GetValue<string>(), StringComparison.Ordinal);
        var totp = new Totp(Base32Encoding.ToBytes(enrolled.Result["secret"]!.GetValue<string>()));
        string Code() => totp.ComputeTotp(time.GetUtcNow().UtcDateTime);

        // Not confirmed: not asked for yet.
        await ops.SignInAsync();
        Assert.Equal(
            HttpStatusCode.BadRequest,
            (await ops.PostAsync("/holdfast/v1/operators/me/totp/confirm", """{"code":"abcdef"}""")).Status
        );
        var confirmed = await ops.PostAsync("/holdfast/v1/operators/me/totp/confirm", $$"""{"code":"{{Code()}}"}""");
        var codes = confirmed.Result["recovery_codes"]!.AsArray().Select(code => code!.GetValue<string>()).ToList();
        Assert.Equal(10, codes.Distinct().Count());

        var without = await ops.TrySignInAsync(OperatorUnderTest.Password);
        Assert.Equal((HttpStatusCode.Unauthorized, 40_101), (without.Status, without.Code));
        var reused = await ops.TrySignInAsync(OperatorUnderTest.Password, more: $$""","totp":"{{Code()}}" """);
        Assert.Equal((HttpStatusCode.Unauthorized, 10_000), (reused.Status, reused.Code));

        time.Advance(TimeSpan.FromMinutes(2));
        var code = Code();
        await ops.SignInAsync(more: $$""","totp":"{{code}}" """);
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            (await ops.TrySignInAsync(OperatorUnderTest.Password, more: $$""","totp":"{{code}}" """)).Status
        );

        await ops.SignInAsync(more: $$""","recovery_code":"{{codes[3].ToUpperInvariant()}}" """);
        Assert.Equal(9, (await ops.GetAsync("/holdfast/v1/operators/me")).Result["recovery_codes_left"]!.GetValue<int>());
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            (await ops.TrySignInAsync(OperatorUnderTest.Password, more: $$""","recovery_code":"{{codes[3]}}" """)).Status
        );

        var renewed = await ops.PostAsync("/holdfast/v1/operators/me/recovery_codes", OperatorUnderTest.OwnPassword);
        Assert.Equal(10, renewed.Result["recovery_codes"]!.AsArray().Count);
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            (await ops.TrySignInAsync(OperatorUnderTest.Password, more: $$""","recovery_code":"{{codes[4]}}" """)).Status
        );

        Assert.Equal(HttpStatusCode.OK, (await control.DeleteAsync($"/holdfast/v1/operators/{ops.Id}/totp")).Status);
        await ops.SignInAsync();
    }

    [Fact]
    public async Task SecondFactor_OneCodeSentTwiceAtOnce_OpensOneSession()
    {
        var time = new MovedTime();
        await using var control = await TestControl.StartAsync(time: time);
        using var ops = await OperatorUnderTest.AddAsync(control);
        await ops.SignInAsync();
        var enrolled = await ops.PostAsync("/holdfast/v1/operators/me/totp", OperatorUnderTest.OwnPassword);
        var totp = new Totp(Base32Encoding.ToBytes(enrolled.Result["secret"]!.GetValue<string>()));
        var first = totp.ComputeTotp(time.GetUtcNow().UtcDateTime);
        await ops.PostAsync("/holdfast/v1/operators/me/totp/confirm", $$"""{"code":"{{first}}"}""");
        time.Advance(TimeSpan.FromMinutes(2));
        var code = totp.ComputeTotp(time.GetUtcNow().UtcDateTime);

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => ops.TrySignInAsync(OperatorUnderTest.Password, more: $$""","totp":"{{code}}" """))
        );
        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
    }

    /// <summary>A client whose requests come from this address; every address in 127.0.0.0/8 is this machine's.</summary>
    private static HttpClient ClientFrom(string address, Uri control) =>
        new(
            new SocketsHttpHandler
            {
                UseProxy = false,
                ConnectCallback = async (context, cancellationToken) =>
                {
                    var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                    socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
                    await socket.ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, cancellationToken);
                    return new NetworkStream(socket, ownsSocket: true);
                },
            }
        )
        {
            BaseAddress = control,
        };

    internal static string? Execute(string data, string sql, string? hash)
    {
        var builder = new SqliteConnectionStringBuilder { DataSource = Path.Combine(data, "control", "control.db"), Pooling = false };
        using var connection = new SqliteConnection(builder.ConnectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        if (hash is not null)
        {
            command.Parameters.AddWithValue("$hash", hash);
        }

        return command.ExecuteScalar()?.ToString();
    }
}
