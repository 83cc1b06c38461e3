using Holdfast.Cli.Tests.ControlApi;
using Holdfast.Cli.Tests.TestSystem;

namespace Holdfast.Cli.Tests.Profiles;

public sealed class ProfileTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    private async Task<(int ExitCode, string Out, string Error)> RunAsync(string? profile, params string[] arguments)
    {
        var cli = new CliRun { CurrentDirectory = directory.Path };
        cli.Environment["XDG_CONFIG_HOME"] = directory.Path;
        if (profile is not null)
        {
            cli.Environment["HOLDFAST_PROFILE"] = profile;
        }

        var exitCode = await cli.RunAsync(arguments);
        return (exitCode, cli.Out, cli.Error);
    }

    [Fact]
    public async Task Profile_Added_IsUsedByFlagAndByEnvironmentAndNeverShowsItsToken()
    {
        await using var control = await FakeControl.StartAsync();
        var (added, said, _) = await RunAsync(null, "profile", "add", "test", "--control", control.Url, "--token", FakeControl.Token);
        Assert.Equal((0, $"profile test is {control.Url}/\n"), (added, said));

        Assert.Equal((0, "[]\n"), Short(await RunAsync(null, "zone", "list", "--json", "--profile", "test")));
        Assert.Equal((0, "[]\n"), Short(await RunAsync("test", "zone", "list", "--json")));
        var (_, list, _) = await RunAsync(null, "profile", "list");
        Assert.Contains(control.Url, list, StringComparison.Ordinal);
        Assert.DoesNotContain(FakeControl.Token, list + (await RunAsync(null, "profile", "list", "--json")).Out, StringComparison.Ordinal);

        Assert.Equal(0, (await RunAsync(null, "profile", "remove", "test")).ExitCode);
        var (exitCode, _, error) = await RunAsync("test", "zone", "list");
        Assert.Equal((3, "holdfast: there is no profile test; 'profile add' makes one\n"), (exitCode, error));
    }

    [Fact]
    public async Task Profile_File_IsTheOwnersAlone()
    {
        await RunAsync(null, "profile", "add", "test", "--control", "http://127.0.0.1:1", "--token", "a-token");
        var path = Path.Combine(directory.Path, "holdfast", "profiles.yaml");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));

        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        var (exitCode, _, error) = await RunAsync(null, "profile", "list");
        Assert.Equal((2, $"holdfast: {path} can be read by others, and it holds tokens; chmod 600 {path}\n"), (exitCode, error));
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("a/b")]
    public async Task Profile_BadName_IsRefused(string name) =>
        Assert.Equal(2, (await RunAsync(null, "profile", "add", name, "--control", "http://127.0.0.1:1", "--token", "t")).ExitCode);

    private static (int, string) Short((int ExitCode, string Out, string Error) run) => (run.ExitCode, run.Out);
}
