using System.Net;
using Holdfast.Control.Audit;
using Holdfast.Control.Backup;
using Holdfast.Control.Storage;
using Holdfast.Releases.Keys;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Holdfast.Control.Tests.Backup;

/// <summary>A backup that a build before the newest tables made, and one of a build after this one.</summary>
public sealed class OldBackupTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    /// <summary>Every state that the tables ever had, the present one too.</summary>
    public static TheoryData<string> Migrations
    {
        get
        {
            using var context = Context("unused.db");
            return [.. context.Database.GetMigrations()];
        }
    }

    private string Data => Path.Combine(_directory.Path, "data");

    private string Database => Path.Combine(Data, "control", "control.db");

    private string FilePath => Path.Combine(_directory.Path, "backup.holdfast");

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(Migrations))]
    public async Task Restore_BackupWithOlderTables_BringsThemUpToDate(string migration)
    {
        var (zone, record) = await FillAsync();
        await MakeOlderAsync(migration);
        await ControlBackup.CreateAsync(Data, FilePath, TimeProvider.System, TestContext.Current.CancellationToken);
        Directory.Delete(Data, recursive: true);
        await RestoreAsync();

        await using (var control = await TestControl.StartAsync(Data))
        {
            var read = await control.GetAsync($"/client/v4/zones/{zone}");
            Assert.Equal("example.com", read.Result["name"]!.GetValue<string>());
            Assert.Equal($"\"{RestoredDatabase.GenerationStep + 2}\"", read.Tag);
            var records = await control.GetAsync($"/client/v4/zones/{zone}/dns_records");
            Assert.Equal(record, Assert.Single(records.Result.AsArray())!["id"]!.GetValue<string>());
            await using var edge = new TestEdge(Data, control.Host.Url, Path.Combine(_directory.Path, "edge"));
            await Eventually.TrueAsync(() => edge.Zone(zone) is not null, "live");
            Assert.Empty(edge.Refusals);

            // What came with the newer tables works on the old data.
            var purged = await control.PostAsync($"/client/v4/zones/{zone}/purge_cache", """{"tags":["red"]}""");
            Assert.Equal(HttpStatusCode.OK, purged.Status);
            await edge.PurgedAsync(1);
            Assert.Equal(HttpStatusCode.OK, (await control.PostAsync("/holdfast/v1/join_tokens", """{"node":"paris-1"}""")).Status);
            Assert.Single((await control.GetAsync("/client/v4/zones?name=contains:ampl&type=full")).Result.AsArray());
        }

        var verdict = await AuditVerification.RunAsync(
            AuditFile.ReadAsync(Database, TestContext.Current.CancellationToken),
            AuditHead.Load(new KeyDirectory(Data).AuditHeadFile),
            null,
            TestContext.Current.CancellationToken
        );
        Assert.Null(verdict.Problem);
    }

    [Fact]
    public async Task Restore_BackupOfANewerBuild_IsRefusedAndReplacesNothing()
    {
        var (zone, _) = await FillAsync();
        await ExecuteAsync("INSERT INTO __EFMigrationsHistory VALUES ('29990101000000_Later', '99.0.0')");
        await ControlBackup.CreateAsync(Data, FilePath, TimeProvider.System, TestContext.Current.CancellationToken);
        await ExecuteAsync("DELETE FROM __EFMigrationsHistory WHERE MigrationId = '29990101000000_Later'");
        var refused = await Assert.ThrowsAsync<BackupException>(RestoreAsync);
        Assert.Contains("written by a newer Holdfast (it has 29990101000000_Later)", refused.Message);
        await using var control = await TestControl.StartAsync(Data);
        Assert.Equal(HttpStatusCode.OK, (await control.GetAsync($"/client/v4/zones/{zone}")).Status);
    }

    private async Task<(string Zone, string Record)> FillAsync()
    {
        await using var control = await TestControl.StartAsync(Data);
        var zone = await control.AddZoneAsync("example.com");
        var record = await control.PostAsync(
            $"/client/v4/zones/{zone}/dns_records",
            """{"type":"A","name":"www","content":"192.0.2.1","proxied":true}"""
        );
        return (zone, record.Result["id"]!.GetValue<string>());
    }

    /// <summary>Puts the data into tables as they were when this migration was the newest.</summary>
    private async Task MakeOlderAsync(string migration)
    {
        var older = Path.Combine(_directory.Path, "older.db");
        await using (var context = Context(older))
        {
            await context.GetService<IMigrator>().MigrateAsync(migration, TestContext.Current.CancellationToken);
        }

        await using (var connection = new SqliteConnection(Text(older)))
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await RunAsync(connection, $"PRAGMA foreign_keys=OFF; ATTACH DATABASE '{Database}' AS present");
            foreach (var table in await TextsAsync(connection, "SELECT name FROM main.sqlite_schema WHERE type = 'table'"))
            {
                if (!table.StartsWith("sqlite_", StringComparison.Ordinal) && !table.StartsWith("__EF", StringComparison.Ordinal))
                {
                    var columns = await TextsAsync(connection, $"SELECT '\"' || name || '\"' FROM pragma_table_info('{table}')");
                    var list = string.Join(", ", columns);
                    await RunAsync(connection, $"INSERT INTO main.\"{table}\" ({list}) SELECT {list} FROM present.\"{table}\"");
                }
            }
        }

        File.Move(older, Database, overwrite: true);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new SqliteConnection(Text(Database));
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await RunAsync(connection, sql);
    }

    private static async Task RunAsync(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<List<string>> TextsAsync(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var texts = new List<string>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            texts.Add(reader.GetString(0));
        }

        return texts;
    }

    private Task RestoreAsync() => ControlBackup.RestoreAsync(Data, FilePath, TimeProvider.System, TestContext.Current.CancellationToken);

    private static ControlDbContext Context(string path) =>
        new(new DbContextOptionsBuilder<ControlDbContext>().UseSqlite(Text(path)).Options);

    private static string Text(string path) => new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString;
}
