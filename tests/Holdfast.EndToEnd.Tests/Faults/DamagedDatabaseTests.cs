using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Faults;

/// <summary>Control's database is not a database any more.</summary>
public sealed class DamagedDatabaseTests
{
    [Fact]
    public async Task Start_DatabaseIsDamaged_EdgesServeAndARestoreBringsControlBack()
    {
        await using var nginx = await NginxOrigin.StartAsync("location / { return 200 hello; }");
        using var directory = new TemporaryDirectory();
        var data = directory["data"];
        await using (var first = await HoldfastUnderTest.StartAsync(data, more: ["--origin", nginx.Url]))
        {
            (await first.CommandAsync("backup", directory["control.holdfast"])).Succeeded();
        }

        var database = Path.Combine(data, "control", "control.db");
        File.Delete(database + "-wal");
        File.Delete(database + "-shm");
        await File.WriteAllTextAsync(database, new string('x', 8192), TestContext.Current.CancellationToken);

        var alone = await HoldfastUnderTest.RunAsync("run", "control", "--data", data, "--listen", "127.0.0.1:0");
        Assert.Equal(2, alone.ExitCode);
        var line = Assert.Single(alone.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(database, line, StringComparison.Ordinal);
        Assert.Contains("damaged", line, StringComparison.Ordinal);
        Assert.Contains("puts a backup in its place", line, StringComparison.Ordinal);

        await using var holdfast = await HoldfastUnderTest.StartAsync(data);
        Assert.Equal("hello", (await Curl.GetAsync(holdfast.Http, "any.example.com", "/")).Body);
        await holdfast.SaysAsync("going on without control");

        // The edges serve on while the backup is put back, and 'up' has control again by itself.
        (await holdfast.CommandAsync("restore", directory["control.holdfast"])).Succeeded();
        Assert.Equal("hello", (await Curl.GetAsync(holdfast.Http, "any.example.com", "/")).Body);
        await holdfast.SaysAsync("control is back");
        Assert.Equal("*", (await holdfast.ApiAsync(HttpMethod.Get, "/client/v4/zones"))[0]!["name"]!.GetValue<string>());
    }
}
