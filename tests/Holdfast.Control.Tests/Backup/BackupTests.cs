using System.Security.Cryptography;
using Holdfast.Control.Audit;
using Holdfast.Control.Backup;
using Holdfast.Control.Storage;
using Holdfast.Releases.Keys;

namespace Holdfast.Control.Tests.Backup;

public sealed class BackupTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Data => Path.Combine(_directory.Path, "data");

    private string FilePath => Path.Combine(_directory.Path, "backup.holdfast");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Restore_AfterMoreChanges_EdgesTakeTheRestoredState()
    {
        var control = await TestControl.StartAsync(Data);
        var port = control.Host.Url.Port;
        var zone = await control.AddZoneAsync("example.com", "http://192.0.2.1");
        await using var edge = new TestEdge(Data, control.Host.Url, Path.Combine(_directory.Path, "edge"));
        await Eventually.TrueAsync(() => edge.Zone(zone) is not null, "zone live");
        await CreateAsync();

        // A history that the backup does not know: later generations, later positions.
        for (var i = 2; i < 9; i++)
        {
            await control.PutAsync($"/holdfast/v1/zones/{zone}/origin", $$"""{"origin":"http://192.0.2.{{i}}"}""");
        }

        await Eventually.TrueAsync(() => edge.Zone(zone)?.Origin?.ToString() == "http://192.0.2.8", "last change live");
        var seen = edge.Zones.Live[zone].Generation;
        await control.DisposeAsync();
        var (_, aside) = await RestoreAsync();
        Assert.True(File.Exists(Path.Combine(aside!, "control", "control.db")));

        control = await TestControl.StartAsync(Data, port);
        await Eventually.TrueAsync(() => edge.Zone(zone)?.Origin?.ToString() == "http://192.0.2.1", "restored state live");
        Assert.True(edge.Zones.Live[zone].Generation > seen);

        // And from there it goes on.
        var changed = await control.PutAsync($"/holdfast/v1/zones/{zone}/origin", """{"origin":"http://192.0.2.77"}""");
        Assert.Equal(System.Net.HttpStatusCode.OK, changed.Status);
        await Eventually.TrueAsync(() => edge.Zone(zone)?.Origin?.ToString() == "http://192.0.2.77", "change after it live");
        Assert.Empty(edge.Refusals);
        await control.DisposeAsync();
    }

    [Fact]
    public async Task Restore_ZonesThatWereImportedTogether_EdgesTakeThemAll()
    {
        // Those have one signature for many of them; what is published anew after the restore has to be signed like any other.
        var zones = string.Join(',', Enumerable.Range(0, 600).Select(i => $$"""{"name":"z{{i}}.example","origin":"http://192.0.2.1"}"""));
        var control = await TestControl.StartAsync(Data);
        var port = control.Host.Url.Port;
        Assert.Equal(
            System.Net.HttpStatusCode.OK,
            (await control.PostAsync("/holdfast/v1/zones/import", $$"""{"zones":[{{zones}}]}""")).Status
        );
        await using var edge = new TestEdge(Data, control.Host.Url, Path.Combine(_directory.Path, "edge"));
        await Eventually.TrueAsync(() => edge.Zones.Live.Count == 600, "all live");
        await CreateAsync();
        var zone = (await control.GetAsync("/client/v4/zones?name=z7.example")).Result[0]!["id"]!.GetValue<string>();
        await control.PutAsync($"/holdfast/v1/zones/{zone}/origin", """{"origin":"http://192.0.2.9"}""");
        await Eventually.TrueAsync(() => edge.Zone(zone)!.Origin!.Host == "192.0.2.9", "changed");
        await control.DisposeAsync();
        await RestoreAsync();

        await using var restored = await TestControl.StartAsync(Data, port);
        await Eventually.TrueAsync(
            () => edge.Zones.Live.Values.All(release => release.Generation > RestoredDatabase.GenerationStep),
            "all of them published anew"
        );
        Assert.Equal(("192.0.2.1", 600), (edge.Zone(zone)!.Origin!.Host, edge.Zones.Live.Count));
        Assert.Empty(edge.Refusals);
    }

    [Fact]
    public async Task Backup_TakenWhileControlWrites_IsOneMoment()
    {
        await using (var control = await TestControl.StartAsync(Data))
        {
            var writing = Task.WhenAll(Enumerable.Range(0, 60).Select(i => control.AddZoneAsync($"z{i}.example")));
            await CreateAsync();
            await writing;
        }

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
        await RestoreAsync();
        await using var restored = await TestControl.StartAsync(Data);
        var zones = (await restored.GetAsync("/client/v4/zones")).Body["result_info"]!["total_count"]!.GetValue<int>();
        var releases = (await restored.GetAsync("/holdfast/v1/releases")).Body["result_info"]!["total_count"]!.GetValue<int>();
        var audited = await restored.GetAsync("/holdfast/v1/audit_logs?operation=zones-create");
        Assert.Equal(zones, releases);
        Assert.Equal(zones, audited.Body["result_info"]!["total_count"]!.GetValue<int>());
    }

    [Fact]
    public async Task Restore_OnAnEmptyMachine_BringsEverythingBackAndTheAuditLogIsWhole()
    {
        string zone;
        await using (var control = await TestControl.StartAsync(Data))
        {
            zone = await control.AddZoneAsync("example.com");
            await CreateAsync();
        }

        Directory.Delete(Data, recursive: true);
        Assert.Null((await RestoreAsync()).Aside);
        await using (var control = await TestControl.StartAsync(Data))
        {
            Assert.Equal("example.com", (await control.GetAsync($"/client/v4/zones/{zone}")).Result["name"]!.GetValue<string>());
            var newest = (await control.GetAsync("/holdfast/v1/audit_logs?per_page=1")).Result[0]!;
            Assert.Equal("control-restored", newest["operation"]!.GetValue<string>());
        }

        var verdict = await AuditVerification.RunAsync(
            AuditFile.ReadAsync(Path.Combine(Data, "control", "control.db"), TestContext.Current.CancellationToken),
            AuditHead.Load(new KeyDirectory(Data).AuditHeadFile),
            null,
            TestContext.Current.CancellationToken
        );
        Assert.Null(verdict.Problem);
    }

    [Fact]
    public async Task Restore_WhileControlRuns_IsRefused()
    {
        await using var control = await TestControl.StartAsync(Data);
        await CreateAsync();
        var zone = await control.AddZoneAsync("example.com");
        var error = await Assert.ThrowsAsync<BackupException>(RestoreAsync);
        Assert.Contains("another control", error.Message, StringComparison.Ordinal);
        Assert.Equal(System.Net.HttpStatusCode.OK, (await control.GetAsync($"/client/v4/zones/{zone}")).Status);
        AssertNothingLeft();
    }

    [Fact]
    public async Task Restore_DamagedBackup_IsRefusedAndReplacesNothing()
    {
        await using (var control = await TestControl.StartAsync(Data))
        {
            await control.AddZoneAsync("example.com");
            await CreateAsync();
        }

        var whole = await File.ReadAllBytesAsync(FilePath, TestContext.Current.CancellationToken);
        var database = Path.Combine(Data, "control", "control.db");
        var before = Digest(database);
        var signing = whole.AsSpan().IndexOf("-----BEGIN PRIVATE KEY"u8);
        int[] places = [3, 30, 600, 1200, signing + 40, whole.AsSpan().LastIndexOf("example.com"u8)];
        foreach (var place in places)
        {
            var damaged = whole.ToArray();
            damaged[place] ^= 1;
            await RefusesAsync(damaged, $"byte {place}");
        }

        foreach (var length in new[] { 0, 50, 2_000, whole.Length / 2, whole.Length - 20_000 })
        {
            await RefusesAsync(whole[..length], $"cut at {length}");
        }

        Assert.Equal(before, Digest(database));
        AssertNothingLeft();
    }

    [Fact]
    public async Task Backup_FileIsThere_IsNotOverwritten()
    {
        await using var control = await TestControl.StartAsync(Data);
        await File.WriteAllTextAsync(FilePath, "mine", TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<BackupException>(CreateAsync);
        Assert.Equal("mine", await File.ReadAllTextAsync(FilePath, TestContext.Current.CancellationToken));
    }

    private Task<BackupManifest> CreateAsync() =>
        ControlBackup.CreateAsync(Data, FilePath, TimeProvider.System, TestContext.Current.CancellationToken);

    private Task<(BackupManifest Manifest, string? Aside)> RestoreAsync() =>
        ControlBackup.RestoreAsync(Data, FilePath, TimeProvider.System, TestContext.Current.CancellationToken);

    private async Task RefusesAsync(byte[] bytes, string what)
    {
        await File.WriteAllBytesAsync(FilePath, bytes, TestContext.Current.CancellationToken);
        var error = await Record.ExceptionAsync(RestoreAsync);
        Assert.True(error is BackupException, $"{what}: {error}");
    }

    private void AssertNothingLeft() =>
        Assert.DoesNotContain(
            Directory.GetFileSystemEntries(Data).Concat(Directory.GetFileSystemEntries(_directory.Path)),
            path => path.EndsWith(".tmp", StringComparison.Ordinal) || path.Contains("before-restore", StringComparison.Ordinal)
        );

    private static string Digest(string path) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)));
}
