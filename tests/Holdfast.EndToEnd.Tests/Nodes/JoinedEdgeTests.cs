using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Nodes;

/// <summary>An edge on another machine: two real programs that share no directory.</summary>
public sealed class JoinedEdgeTests
{
    [Fact]
    public async Task Edge_Joined_ServesWhatControlPublishesAndOutlivesIt()
    {
        await using var origin = RawOrigin.Answering("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhere");
        using var directory = new TemporaryDirectory();
        var (data, edgeData) = (directory["control"], directory["edge"]);
        Uri nodes;
        string token;
        await using (var control = await HoldfastUnderTest.StartAsync(data, more: ["--node-listen", "127.0.0.1:0"]))
        {
            nodes = NodesOf(control);
            token = await JoinedEdge.InviteAsync(control, "paris-1");
            await using var edge = await JoinedEdge.StartAsync(edgeData, nodes, "--join", token);
            Assert.Equal("paris-1", edge.Name);
            await control.ZoneAsync("first.example.com", origin.Url);
            await edge.ServesAsync("first.example.com", "here");

            // Control dies and is started again: nothing is lost on the edge, and what comes later arrives.
            Signals.Send(control.ProcessOf("control"), Signals.Kill);
            await edge.ServesAsync("first.example.com", "here");
            await Eventually.TrueAsync(async () => (await control.CommandAsync("zone", "list")).ExitCode == 0, "control is back");
            await control.ZoneAsync("second.example.com", origin.Url);
            await edge.ServesAsync("second.example.com", "here");
        }

        // Control's machine is gone, and the edge is started as its unit starts it, token and all.
        await using (var alone = await JoinedEdge.StartAsync(edgeData, nodes, "--join", token))
        {
            Assert.Equal("paris-1", alone.Name);
            await alone.ServesAsync("second.example.com", "here");
        }

        // Control is back, at another address.
        await using var again = await HoldfastUnderTest.StartAsync(data, more: ["--node-listen", "127.0.0.1:0"]);
        await using var last = await JoinedEdge.StartAsync(edgeData, NodesOf(again));
        (await again.CommandAsync("key", "rotate")).Succeeded();
        Assert.Contains("signing", (await again.CommandAsync("key", "list")).Succeeded().Out);
        await again.ZoneAsync("third.example.com", origin.Url);
        await last.ServesAsync("third.example.com", "here");

        // The key that it began with: by order, as soon as every edge has said that it believes the new one.
        var former = JsonDocument
            .Parse((await again.CommandAsync("key", "list", "--json")).Succeeded().Out)
            .RootElement.EnumerateArray()
            .Single(key => key.GetProperty("status").GetString() == "former")
            .GetProperty("id")
            .GetString()!;
        await Eventually.TrueAsync(async () => (await again.CommandAsync("key", "retire", former)).ExitCode == 0, "retired");
        var oldKey = Path.Combine(edgeData, "keys", "trusted", former + ".pub");
        await Eventually.TrueAsync(() => Task.FromResult(!File.Exists(oldKey)), "the edge believes it no more");
        await last.ServesAsync("third.example.com", "here");
        var shown = (await again.CommandAsync("node", "show", "paris-1", "--json")).Succeeded();
        Assert.Contains("\"status\":\"reporting\"", shown.Out);

        (await again.CommandAsync("node", "remove", "paris-1")).Succeeded();
        await last.Process.SaysAsync("it was removed there");
        await last.ServesAsync("third.example.com", "here");
        Assert.Equal(3, (await again.CommandAsync("node", "show", "paris-1")).ExitCode);
    }

    [Fact]
    public async Task Join_EverythingThatCanBeWrong_IsOneLineAndAnExitCode()
    {
        using var directory = new TemporaryDirectory();
        await using var control = await HoldfastUnderTest.StartAsync(directory["control"], more: ["--node-listen", "127.0.0.1:0"]);
        await using var other = await HoldfastUnderTest.StartAsync(directory["other"], more: ["--node-listen", "127.0.0.1:0"]);
        var nodes = NodesOf(control);

        // Its port is nobody else's, and refuses connections.
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var token = await JoinedEdge.InviteAsync(control, "paris-1");

        await RefusedAsync(2, "not a join token", directory["a"], nodes, "--join", "hfj_x");
        await RefusedAsync(2, "https://HOST:PORT is needed", directory["a"], control.Control, "--join", token);
        await RefusedAsync(2, "is control's own", control.Data, nodes, "--join", token);
        await RefusedAsync(6, "does not answer", directory["a"], new Uri($"https://{silent.LocalEndPoint}"), "--join", token);
        await RefusedAsync(4, "not the control that the token is of", directory["a"], nodes, "--join", WithAnother(token));
        await RefusedAsync(4, "not the control that the token is of", directory["a"], NodesOf(other), "--join", token);
        await using (await JoinedEdge.StartAsync(directory["a"], nodes, "--join", token)) { }

        await RefusedAsync(4, "was used already", directory["b"], nodes, "--join", token);
        await RefusedAsync(5, "has joined as paris-1", directory["a"], nodes, "--name", "edge-1");
        await RefusedAsync(2, "has joined as paris-1, over TLS", directory["a"], control.Control);
        await RefusedAsync(5, "has joined another control", directory["a"], nodes, "--join", WithAnother(token));
        Assert.Equal(5, (await control.CommandAsync("node", "invite", "paris-1")).ExitCode);
        Assert.Equal(7, (await control.CommandAsync("node", "invite", "Paris 1")).ExitCode);
    }

    private static Uri NodesOf(HoldfastUnderTest control) => new(control.Ready.GetProperty("nodes").GetString()!);

    /// <summary>The same token with another authority's fingerprint.</summary>
    private static string WithAnother(string token) => token[..^1] + (token[^1] == '0' ? '1' : '0');

    private static async Task RefusedAsync(int exitCode, string says, string data, Uri control, params string[] more)
    {
        var result = await HoldfastUnderTest.RunAsync([.. JoinedEdge.Arguments(control, more), "--data", data]);
        Assert.Contains(says, result.Error);
        Assert.Equal(exitCode, result.ExitCode);
        Assert.Single(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
