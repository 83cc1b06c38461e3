using Holdfast.Cli.Settings;
using Holdfast.Cli.Supervision;
using Holdfast.Cli.Terminal;
using Holdfast.Cli.Tests.TestSystem;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Cli.Tests.Supervision;

/// <summary>The supervisor with children that are shell scripts, so that they fail when and how the test says.</summary>
public sealed class SupervisorTests : IDisposable
{
    private const string Serve = """echo '{"ready":true,"role":"x","name":"x"}'; cat > /dev/null""";
    private readonly TemporaryDirectory directory = new();
    private readonly StringWriter error = new();
    private readonly CancellationTokenSource stop = new();

    public void Dispose()
    {
        stop.Dispose();
        directory.Dispose();
    }

    /// <summary>Each role's script; <c>$2</c> is the role's name in the children's arguments.</summary>
    private (Supervisor Supervisor, Listeners Listeners) Create(string control, string edge, string? adminToken = null)
    {
        var script = $"case \"$2\" in control) {control} ;; edge) {edge} ;; esac";
        var options = UpOptionsReader.Read(
            new UpFlags
            {
                Data = directory.Path,
                Http = ["0"],
                Https = ["0"],
                Control = "0",
            },
            name => name == "HOLDFAST_ADMIN_TOKEN" ? adminToken : null,
            directory.Path
        );
        DataDirectory.At(directory.Path).Create();
        var listeners = Listeners.Bind(options);
        var context = new CliRun { CurrentDirectory = directory.Path }.Context with { Error = TextWriter.Synchronized(error) };
        return (
            new Supervisor(new OwnProgram("/bin/sh", ["-c", script, "sh"]), options, listeners, context, NullLogger.Instance),
            listeners
        );
    }

    private static void Ignore(string progress) { }

    private async Task EndAsync(Supervisor supervisor)
    {
        await stop.CancelAsync();
        await supervisor.WaitForEndAsync();
    }

    [Fact]
    public async Task StartAsync_ControlFailsAtTheFirstStart_ReportsItsLastLine()
    {
        var (supervisor, listeners) = Create(
            "echo some detail >&2; echo 'holdfast: the database is no database; remove it' >&2; exit 2",
            Serve
        );
        using var sockets = listeners;
        var failure = await Assert.ThrowsAsync<CliFailure>(() => supervisor.StartAsync(Ignore, stop.Token, default));
        Assert.Equal("control did not start: the database is no database; remove it", failure.Line);
        Assert.Equal(CliFailure.BadUse, failure.ExitCode);
        await EndAsync(supervisor);
        Assert.Empty(error.ToString());
    }

    [Fact]
    public async Task StartAsync_ControlFailsOnceThingsHaveRunHere_EdgesServeWithoutIt()
    {
        DataDirectory.At(directory.Path).Create();
        File.WriteAllText(DataDirectory.At(directory.Path).InitializedFile, "");
        var (supervisor, listeners) = Create("echo broken >&2; exit 134", Serve);
        using var sockets = listeners;
        Assert.Null(await supervisor.StartAsync(Ignore, stop.Token, default));
        Assert.True(Signals.IsAlive(supervisor.State.Processes["edge-1"]));
        await EndAsync(supervisor);
        Assert.Contains("broken", error.ToString(), StringComparison.Ordinal);
        Assert.False(File.Exists(DataDirectory.At(directory.Path).RunFile));
    }

    [Fact]
    public async Task StartAsync_EdgeCrashesAtStart_PassesOnAllItSaid()
    {
        var (supervisor, listeners) = Create(Serve, "echo first >&2; echo second >&2; kill -SEGV $$");
        using var sockets = listeners;
        var failure = await Assert.ThrowsAsync<CliFailure>(() => supervisor.StartAsync(Ignore, stop.Token, default));
        Assert.Equal("edge-1 did not start: second", failure.Line);
        await EndAsync(supervisor);
        Assert.Equal(["first", "second"], error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task StartAsync_ControlMadeAToken_HandsItOn()
    {
        var (supervisor, listeners) = Create(
            """echo '{"ready":true,"role":"control","name":"control","adminToken":"abc"}'; cat > /dev/null""",
            Serve
        );
        using var sockets = listeners;
        var ready = await supervisor.StartAsync(Ignore, stop.Token, default);
        Assert.Equal("abc", ready!.AdminToken);
        Assert.DoesNotContain("abc", ready.ToString(), StringComparison.Ordinal);
        await EndAsync(supervisor);
    }

    [Fact]
    public async Task StartAsync_AdminTokenChosen_OnlyControlHasIt()
    {
        var token = new string('x', 20);
        var save =
            $"printf %s \"$HOLDFAST_ADMIN_TOKEN\" > '{directory.Path}'/seen-by-$2; printf %s \"$*\" >> '{directory.Path}'/arguments; {Serve}";
        var (supervisor, listeners) = Create(save, save, token);
        using var sockets = listeners;
        await supervisor.StartAsync(Ignore, stop.Token, default);
        await EndAsync(supervisor);
        Assert.Equal(token, File.ReadAllText(directory["seen-by-control"]));
        Assert.Equal("", File.ReadAllText(directory["seen-by-edge"]));
        Assert.DoesNotContain(token, File.ReadAllText(directory["arguments"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartAsync_EachChild_InheritsItsOwnSocketsOnly()
    {
        var save = $"for f in /proc/self/fd/*; do readlink $f; done | grep socket | sort -u > '{directory.Path}'/sockets-of-$2; {Serve}";
        var (supervisor, listeners) = Create(save, save);
        using var sockets = listeners;
        await supervisor.StartAsync(Ignore, stop.Token, default);
        var ours = (IEnumerable<ListeningSocket> some) =>
            some.Select(socket => new FileInfo($"/proc/self/fd/{socket.Descriptor}").LinkTarget!).Order(StringComparer.Ordinal);
        var control = ours([listeners.Control]).ToList();
        var edge = ours(listeners.Edges[0].All).ToList();
        await EndAsync(supervisor);
        Assert.Equal(control, File.ReadAllLines(directory["sockets-of-control"]).Intersect(control.Concat(edge)));
        Assert.Equal(edge, File.ReadAllLines(directory["sockets-of-edge"]).Intersect(control.Concat(edge)));
    }

    [Fact]
    public async Task RunAsync_AChildThatKeepsDying_IsStartedAgainAndAgain()
    {
        var (supervisor, listeners) = Create(Serve, """echo '{"ready":true,"role":"x","name":"x"}'; exit 1""");
        using var sockets = listeners;
        await supervisor.StartAsync(Ignore, stop.Token, default);
        await Eventually.TrueAsync(() => supervisor.State.Restarts["edge-1"] >= 3, "three restarts");
        Assert.Equal(0, supervisor.State.Restarts["control"]);
        await EndAsync(supervisor);
    }

    [Fact]
    public async Task RunAsync_AnEdgeThatKeepsDying_IsStartedInBypass()
    {
        var (supervisor, listeners) = Create(
            Serve,
            "case \"$*\" in *--bypass*) " + Serve + " ;; *) echo '{\"ready\":true,\"role\":\"x\",\"name\":\"x\"}'; exit 134 ;; esac"
        );
        using var sockets = listeners;
        await supervisor.StartAsync(Ignore, stop.Token, default);
        await Eventually.TrueAsync(() => supervisor.State.Restarts["edge-1"] == CrashSeries.Most, "started in bypass");
        var bypassed = supervisor.State.Processes["edge-1"];
        Assert.True(Signals.IsAlive(bypassed));
        await EndAsync(supervisor);
    }

    [Fact]
    public async Task ReplaceEdgesAsync_AnEdge_ServesUntilItsSuccessorDoes()
    {
        // One that has been told to hand over says so, and ends when its input does.
        var edge =
            """echo '{"ready":true,"role":"x","name":"x"}'; while read -r line; do [ "$line" = "hand over" ] && echo '{"handedOver":true}'; done""";
        var (supervisor, listeners) = Create(Serve, edge);
        using var sockets = listeners;
        await supervisor.StartAsync(Ignore, stop.Token, default);
        var before = supervisor.State.Processes["edge-1"];

        await supervisor.ReplaceEdgesAsync(stop.Token);

        await Eventually.TrueAsync(() => supervisor.State.Processes["edge-1"] != before, "another process");
        await Eventually.TrueAsync(() => !Signals.IsAlive(before), "the end of the one before");
        Assert.True(Signals.IsAlive(supervisor.State.Processes["edge-1"]));
        Assert.Equal(0, supervisor.State.Restarts["edge-1"]);
        await EndAsync(supervisor);
    }

    [Fact]
    public async Task ReplaceEdgesAsync_ASuccessorThatDoesNotComeUp_IsTriedAgainWhileTheOneBeforeServes()
    {
        var first = directory["first"];
        var broken = directory["broken"];
        var edge =
            $"if [ -e '{broken}' ]; then rm '{broken}'; echo 'no library' >&2; exit 1; fi; touch '{first}'; "
            + """echo '{"ready":true,"role":"x","name":"x"}'; while read -r line; do [ "$line" = "hand over" ] && echo '{"handedOver":true}'; done""";
        var (supervisor, listeners) = Create(Serve, edge);
        using var sockets = listeners;
        await supervisor.StartAsync(Ignore, stop.Token, default);
        var before = supervisor.State.Processes["edge-1"];
        File.WriteAllText(broken, "");

        await supervisor.ReplaceEdgesAsync(stop.Token);

        await Eventually.TrueAsync(() => supervisor.State.Processes["edge-1"] != before, "another process");
        Assert.False(File.Exists(broken));
        Assert.Contains("no library", error.ToString(), StringComparison.Ordinal);
        await EndAsync(supervisor);
    }

    [Fact]
    public async Task WaitForEndAsync_AChildThatIgnoresItsOrder_IsKilledWhenInAHurry()
    {
        using var hurry = new CancellationTokenSource();
        var (supervisor, listeners) = Create(Serve, """echo '{"ready":true,"role":"x","name":"x"}'; while :; do sleep 1; done""");
        using var sockets = listeners;
        await supervisor.StartAsync(Ignore, stop.Token, hurry.Token);
        var edge = supervisor.State.Processes["edge-1"];
        await stop.CancelAsync();
        await hurry.CancelAsync();
        await supervisor.WaitForEndAsync();
        Assert.False(Signals.IsAlive(edge));
    }
}
