using System.Net;
using System.Text;
using Holdfast.Control.Audit;
using Holdfast.Control.Storage;
using Holdfast.Control.Tests.Operators;
using Holdfast.Releases.Keys;
using Holdfast.Releases.Signing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Control.Tests.Audit;

public sealed class AuditLogTests
{
    /// <summary>What somebody with the file does first.</summary>
    private const string Unprotect = "DROP TRIGGER audit_log_no_update; DROP TRIGGER audit_log_no_delete; ";

    [Fact]
    public async Task Change_OfAZone_SaysWhoWhatBeforeAndAfter()
    {
        await using var control = await TestControl.StartAsync();
        using var ops = await OperatorUnderTest.AddAsync(control);
        var session = await ops.SignInAsync();
        var zone = await control.AddZoneAsync("example.com");
        await ops.SendAsync(HttpMethod.Put, $"/holdfast/v1/zones/{zone}/origin", """{"origin":"http://192.0.2.77"}""");

        var entry = (await control.GetAsync($"/holdfast/v1/audit_logs?zone_id={zone}&per_page=1")).Result[0]!;
        Assert.Equal("zones-put-origin", entry["operation"]!.GetValue<string>());
        Assert.Equal(
            ("session", OperatorUnderTest.Email),
            (entry["actor_type"]!.GetValue<string>(), entry["actor_name"]!.GetValue<string>())
        );
        Assert.Equal(session["id"]!.GetValue<string>(), entry["actor_id"]!.GetValue<string>());
        Assert.Equal("http://192.0.2.1", entry["before"]!["origin"]!.GetValue<string>());
        Assert.Equal("http://192.0.2.77", entry["after"]!["origin"]!.GetValue<string>());
    }

    [Fact]
    public async Task Change_ThatChangesNothingOrIsRefused_WritesNoEntryOfAChange()
    {
        await using var control = await TestControl.StartAsync();
        await control.AddZoneAsync("example.com");
        var last = await AuditCoverageTests.LastAsync(control);
        await control.PutAsync("/holdfast/v1/zones/by-name/example.com", """{"origin":"http://192.0.2.1"}""");
        await control.PostAsync("/client/v4/zones", """{"name":"example.com"}""");
        Assert.Equal(last, await AuditCoverageTests.LastAsync(control));
    }

    [Fact]
    public async Task Changes_ManyAtOnce_StayOneChain()
    {
        await using var control = await TestControl.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => control.AddZoneAsync($"z{i}.example")));
        var verdict = await VerifyAsync(control.Data);
        Assert.Null(verdict.Problem);
        Assert.Equal(41, verdict.Entries);
    }

    [Fact]
    public async Task Log_NeverHoldsASecret()
    {
        using var data = new TemporaryDirectory();
        var secrets = new List<string> { OperatorUnderTest.Password };
        await using (var control = await TestControl.StartAsync(data.Path))
        {
            using var ops = await OperatorUnderTest.AddAsync(control);
            secrets.Add((await ops.SignInAsync())["token"]!.GetValue<string>());
            secrets.Add(
                (await ops.PostAsync("/holdfast/v1/operators/me/api_key", OperatorUnderTest.OwnPassword)).Result[
                    "api_key"
                ]!.GetValue<string>()
            );
            secrets.Add(
                (await ops.PostAsync("/holdfast/v1/operators/me/totp", OperatorUnderTest.OwnPassword)).Result["secret"]!.GetValue<string>()
            );
            await ops.TrySignInAsync("a wrong password that is long");
            secrets.Add("a wrong password that is long");
        }

        var file = await File.ReadAllBytesAsync(Path.Combine(data.Path, "control", "control.db"), TestContext.Current.CancellationToken);
        Assert.NotEqual(-1, file.AsSpan().IndexOf(Encoding.UTF8.GetBytes(OperatorUnderTest.Email)));
        Assert.All(secrets, secret => Assert.Equal(-1, file.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret))));
    }

    [Fact]
    public async Task Refusals_ManyInAMinute_AreBoundedAndCounted()
    {
        var time = new MovedTime();
        await using var control = await TestControl.StartAsync(time: time);
        using var viewer = await OperatorUnderTest.AddAsync(control, "viewer");
        await viewer.SignInAsync();
        var before = await AuditCoverageTests.LastAsync(control);
        for (var i = 0; i < 50; i++)
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await viewer.PostAsync("/client/v4/zones", """{"name":"example.com"}""")).Status);
        }

        Assert.Equal(before + RefusalAudit.PerMinute, await AuditCoverageTests.LastAsync(control));
        time.Advance(TimeSpan.FromMinutes(2));
        await viewer.TrySignInAsync("a wrong password that is long");
        var entry = (await control.GetAsync("/holdfast/v1/audit_logs?outcome=refused&per_page=1")).Result[0]!;
        Assert.Equal("sessions-create", entry["operation"]!.GetValue<string>());
        Assert.Equal(
            ("anonymous", OperatorUnderTest.Email),
            (entry["actor_type"]!.GetValue<string>(), entry["actor_name"]!.GetValue<string>())
        );
        Assert.Equal(30, entry["after"]!["left_out_before"]!.GetValue<int>());
    }

    [Fact]
    public async Task Credential_Unknown_IsWrittenDownAsNobodys()
    {
        await using var control = await TestControl.StartAsync();
        using var stranger = new HttpClient { BaseAddress = control.Host.Url };
        stranger.DefaultRequestHeaders.Authorization = new("Bearer", "not-a-token-of-this-place");
        using var refused = await stranger.GetAsync("/client/v4/zones", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        var entry = (await control.GetAsync("/holdfast/v1/audit_logs?outcome=refused")).Result[0]!;
        Assert.Equal(("authentication", "anonymous"), (entry["operation"]!.GetValue<string>(), entry["actor_type"]!.GetValue<string>()));
        Assert.Equal("/client/v4/zones", entry["after"]!["path"]!.GetValue<string>());
    }

    [Fact]
    public async Task Permission_Refused_IsWrittenDownWithItsCaller()
    {
        await using var control = await TestControl.StartAsync();
        using var viewer = await OperatorUnderTest.AddAsync(control, "viewer");
        await viewer.SignInAsync();
        await viewer.PostAsync("/client/v4/zones", """{"name":"example.com"}""");
        var entry = (await control.GetAsync("/holdfast/v1/audit_logs?outcome=refused")).Result[0]!;
        Assert.Equal(
            ("zones-create", OperatorUnderTest.Email),
            (entry["operation"]!.GetValue<string>(), entry["actor_name"]!.GetValue<string>())
        );
    }

    [Fact]
    public async Task List_FiltersPagesAndOrders()
    {
        await using var control = await TestControl.StartAsync();
        var account = (await control.GetAsync($"/client/v4/zones/{await control.AddZoneAsync("a.example")}")).Result["account"]!["id"];
        await control.AddZoneAsync("b.example");
        var page = await control.GetAsync("/holdfast/v1/audit_logs?operation=zones-create&direction=asc&per_page=1&page=2");
        Assert.Equal("b.example", page.Result[0]!["after"]!["name"]!.GetValue<string>());
        Assert.Equal(2, page.Body["result_info"]!["total_count"]!.GetValue<int>());
        Assert.Empty((await control.GetAsync("/holdfast/v1/audit_logs?since=2100-01-01T00:00:00Z")).Result.AsArray());
        Assert.Equal("/direction", (await control.GetAsync("/holdfast/v1/audit_logs?direction=up")).Pointer);
        Assert.Equal("/since", (await control.GetAsync("/holdfast/v1/audit_logs?since=yesterday")).Pointer);

        var cloudflares = await control.GetAsync($"/client/v4/accounts/{account}/audit_logs?action.type=zones-create");
        Assert.Equal("zone", cloudflares.Result[0]!["resource"]!["type"]!.GetValue<string>());
        Assert.Contains("b.example", cloudflares.Result[0]!["newValue"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await control.GetAsync("/client/v4/accounts/x/audit_logs")).Status);
    }

    [Theory]
    [InlineData("UPDATE audit_log SET ActorName = 'nobody' WHERE Sequence = 3", "entry 3 was changed")]
    [InlineData("UPDATE audit_log SET At = At + 1 WHERE Sequence = 2", "entry 2 was changed")]
    [InlineData("UPDATE audit_log SET After = replace(After, 'b.example', 'c.example') WHERE Sequence = 3", "entry 3 was changed")]
    [InlineData("UPDATE audit_log SET Hash = PreviousHash WHERE Sequence = 3", "entry 3 was changed")]
    [InlineData("DELETE FROM audit_log WHERE Sequence = 2", "entry 2 is missing")]
    [InlineData("DELETE FROM audit_log WHERE Sequence = 1", "entry 1 is missing")]
    [InlineData("DELETE FROM audit_log WHERE Sequence = 4", "entry 4 is missing: the log ends after entry 3, and was signed at entry 4")]
    [InlineData("DELETE FROM audit_log", "entry 1 is missing")]
    public async Task Verify_TamperedTable_NamesTheFirstBrokenEntry(string sql, string problem)
    {
        using var data = new TemporaryDirectory();
        await WriteThreeAsync(data.Path);
        Assert.Null((await VerifyAsync(data.Path)).Problem);
        SignInTests.Execute(data.Path, Unprotect + sql, null);
        Assert.StartsWith(problem, (await VerifyAsync(data.Path)).Problem!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UPDATE audit_log SET ActorName = 'nobody' WHERE Sequence = 3")]
    [InlineData("DELETE FROM audit_log WHERE Sequence = 4")]
    public async Task Table_ChangedByOrdinarySql_RefusesIt(string sql)
    {
        using var data = new TemporaryDirectory();
        await WriteThreeAsync(data.Path);
        var error = Assert.Throws<SqliteException>(() => SignInTests.Execute(data.Path, sql, null));
        Assert.Contains("append-only", error.Message, StringComparison.Ordinal);
        Assert.Null((await VerifyAsync(data.Path)).Problem);
    }

    [Fact]
    public async Task Verify_OneByteOfTheFile_IsNoticed()
    {
        using var data = new TemporaryDirectory();
        await WriteThreeAsync(data.Path);
        var path = Path.Combine(data.Path, "control", "control.db");
        var bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        var at = bytes.AsSpan().LastIndexOf("tokens-first"u8);
        bytes[at]++;
        await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);
        Assert.Equal("entry 1 was changed: its hash does not fit what it says", (await VerifyAsync(data.Path)).Problem);
    }

    [Fact]
    public async Task Verify_WholeLogWrittenAnew_DoesNotFitTheSignedHead()
    {
        using var data = new TemporaryDirectory();
        using var other = new TemporaryDirectory();
        await WriteThreeAsync(data.Path);
        await WriteThreeAsync(other.Path);
        var head = new KeyDirectory(data.Path).AuditHeadFile;
        File.Copy(new KeyDirectory(other.Path).AuditHeadFile, head, overwrite: true);
        Assert.Equal("entry 4 is not the one that was signed: the log was written anew", (await VerifyAsync(data.Path)).Problem);
    }

    [Fact]
    public async Task Start_LogThatWasCut_SaysSoInTheLogItself()
    {
        using var data = new TemporaryDirectory();
        await WriteThreeAsync(data.Path);
        SignInTests.Execute(data.Path, Unprotect + "DELETE FROM audit_log WHERE Sequence = 4", null);
        await using var control = await TestControl.StartAsync(data.Path);
        var entry = (await control.GetAsync("/holdfast/v1/audit_logs?operation=audit-head-differs")).Result[0]!;
        Assert.Equal(4, entry["before"]!["sequence"]!.GetValue<int>());
        Assert.Contains("entry 4, which is missing", entry["after"]!["problem"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Head_SignedByManyAtOnce_IsWrittenByEach()
    {
        using var data = new TemporaryDirectory();
        await WriteThreeAsync(data.Path);
        var keys = new KeyDirectory(data.Path);
        using var database = ControlDatabase.Open(Path.Combine(data.Path, "control", "control.db"), TimeProvider.System);
        using var key = SigningKey.LoadOrCreate(keys.SigningKeyFile);
        using var trusted = new VerificationKeys(keys.TrustedDirectory, TimeProvider.System);
        var signer = new ReleaseSigner(key, TimeProvider.System);
        var writer = new AuditHeadWriter(
            database,
            new AuditLog(database),
            signer,
            trusted,
            keys.AuditHeadFile,
            TimeProvider.System,
            NullLogger.Instance
        );
        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(writer.SignAsync)));
        Assert.True(AuditHead.Load(keys.AuditHeadFile)!.IsSignedBy(trusted));
    }

    [Fact]
    public async Task Entry_ReadBackFromTheApi_HasTheSameHash()
    {
        await using var control = await TestControl.StartAsync();
        await control.AddZoneAsync("bücher.example");
        var list = await control.GetAsync("/holdfast/v1/audit_logs?direction=asc");
        foreach (var shown in list.Result.AsArray())
        {
            using var json = System.Text.Json.JsonDocument.Parse(shown!.ToJsonString());
            Assert.True(AuditEntry.TryRead(json.RootElement, out var entry));
            Assert.Equal(entry.Hash, entry.ComputeHash());
        }
    }

    /// <summary>Entry 1 is the first token's; 2 to 4 are zones'.</summary>
    private static async Task WriteThreeAsync(string data)
    {
        await using var control = await TestControl.StartAsync(data);
        foreach (var name in new[] { "a.example", "b.example", "c.example" })
        {
            await control.AddZoneAsync(name);
        }
    }

    private static async Task<AuditVerdict> VerifyAsync(string data)
    {
        var keys = new KeyDirectory(data);
        using var trusted = new VerificationKeys(keys.TrustedDirectory, TimeProvider.System);
        return await AuditVerification.RunAsync(
            AuditFile.ReadAsync(Path.Combine(data, "control", "control.db"), TestContext.Current.CancellationToken),
            AuditHead.Load(keys.AuditHeadFile),
            trusted,
            TestContext.Current.CancellationToken
        );
    }
}
