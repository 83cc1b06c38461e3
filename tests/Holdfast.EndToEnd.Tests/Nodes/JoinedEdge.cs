using System.Text.Json;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Nodes;

/// <summary>An edge with a data directory of its own, as on another machine: <c>run edge --control https://... --join TOKEN</c>.</summary>
internal sealed class JoinedEdge : IAsyncDisposable
{
    private readonly HoldfastUnderTest _process;

    private JoinedEdge(HoldfastUnderTest process)
    {
        _process = process;
        Http = new Uri(process.Ready.GetProperty("visitors")[0].GetString()!);
        Name = process.Ready.GetProperty("name").GetString()!;
    }

    /// <summary>Its plain listener.</summary>
    public Uri Http { get; }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its process.</summary>
    public HoldfastUnderTest Process => _process;

    /// <summary>Makes a join token on control's machine.</summary>
    public static async Task<string> InviteAsync(HoldfastUnderTest control, string name)
    {
        var invited = (await control.CommandAsync("node", "invite", name, "--json")).Succeeded();
        return JsonDocument.Parse(invited.Out).RootElement.GetProperty("token").GetString()!;
    }

    /// <summary>The arguments of an edge.</summary>
    public static string[] Arguments(Uri control, params string[] more) =>
        ["run", "edge", "--json", "--http", "127.0.0.1:0", "--https", "127.0.0.1:0", "--control", control.ToString(), .. more];

    /// <summary>Starts it and waits until it is ready.</summary>
    public static async Task<JoinedEdge> StartAsync(string data, Uri control, params string[] more)
    {
        var process = HoldfastUnderTest.StartCommand(data, Arguments(control, more));
        try
        {
            await process.WaitReadyAsync();
            return new JoinedEdge(process);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until it serves a host with this body.</summary>
    public Task ServesAsync(string host, string body) =>
        Eventually.TrueAsync(async () => (await Curl.GetAsync(Http, host, "/")).Body == body, $"{host} served by {Name}\n{_process.Error}");

    /// <summary>Kills it.</summary>
    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
