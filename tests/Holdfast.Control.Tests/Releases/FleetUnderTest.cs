using System.Net;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Lists;
using Holdfast.Control.Releases.Rehearsals;
using Holdfast.Model.Releases.Rehearsals;

namespace Holdfast.Control.Tests.Releases;

/// <summary>A control with edges and one list, and a clock that the test moves.</summary>
internal sealed class FleetUnderTest : IAsyncDisposable
{
    private readonly TemporaryDirectory _stores = new();
    private readonly string _lists;
    private Func<RehearsalOrder, RehearsalReport?>? _rehearse;

    private FleetUnderTest(TestControl control, SettableTime time, string lists)
    {
        (Control, Time, _lists) = (control, time, lists);
    }

    public TestControl Control { get; }

    public SettableTime Time { get; }

    public List<TestEdge> Edges { get; } = [];

    /// <summary>The id of the list.</summary>
    public string List { get; private set; } = "";

    /// <summary>Starts it; every edge has the list with the items that are given.</summary>
    public static Task<FleetUnderTest> StartAsync(int edges, params string[] items) => StartAsync(edges, null, null, items);

    /// <summary>The same, with limits of what a release may treat otherwise, and edges that rehearse.</summary>
    public static async Task<FleetUnderTest> StartAsync(
        int edges,
        RehearsalLimits? limits,
        Func<RehearsalOrder, RehearsalReport?>? rehearse,
        params string[] items
    )
    {
        var time = new SettableTime();
        var control = await TestControl.StartAsync(
            time: time,
            configure: options => options with { RehearsalLimits = limits ?? new RehearsalLimits() }
        );
        var account = (await control.GetAsync("/client/v4/accounts")).Result[0]!["id"]!.GetValue<string>();
        var fleet = new FleetUnderTest(control, time, $"/client/v4/accounts/{account}/rules/lists") { _rehearse = rehearse };
        var made = await control.PostAsync(fleet._lists, """{"name":"offices","kind":"ip"}""");
        fleet.List = made.Result["id"]!.GetValue<string>();
        Assert.Equal(HttpStatusCode.OK, (await fleet.PutAsync(items)).Status);
        if (edges > 0)
        {
            // The first edge is the whole fleet, and takes it at once; the others find it in use.
            fleet.AddEdge();
            await fleet.HaveAsync(1, items);
            await fleet.StateAsync(2, "baking");
        }

        for (var number = 2; number <= edges; number++)
        {
            fleet.AddEdge();
        }

        await fleet.HaveAsync(edges, items);
        return fleet;
    }

    public void AddEdge()
    {
        var name = $"edge-{Edges.Count + 1}";
        Edges.Add(new TestEdge(Control.Data, Control.Host.Url, Path.Combine(_stores.Path, name), name, time: Time, rehearse: _rehearse));
    }

    /// <summary>Puts items in the place of the list's.</summary>
    public Task<Answer> PutAsync(params string[] items) =>
        Control.PutAsync(
            $"{_lists}/{List}/items",
            new JsonArray([.. items.Select(item => new JsonObject { ["ip"] = item })]).ToJsonString()
        );

    /// <summary>The list's items as the API has them.</summary>
    public async Task<IEnumerable<string>> ItemsAsync() =>
        (await Control.GetAsync($"{_lists}/{List}/items")).Body["result"]!.AsArray().Select(item => item!["ip"]!.GetValue<string>());

    /// <summary>The items of the list on an edge.</summary>
    public string[] ItemsOn(TestEdge edge) =>
        edge.Lists.Live.TryGetValue(List, out var release)
        && ListArtifact.TryParse(release.FormatVersion, release.Payload.Span, out var list, out _)
            ? [.. list.Items]
            : [];

    /// <summary>Waits until so many edges have these items.</summary>
    public Task HaveAsync(int edges, params string[] items) =>
        Eventually.TrueAsync(() => Having(items) == edges, $"{edges} edges with {string.Join(' ', items)}");

    /// <summary>How many edges have these items.</summary>
    public int Having(params string[] items) => Edges.Count(edge => ItemsOn(edge).SequenceEqual(items));

    public Task<Answer> ShowAsync(long generation) => Control.GetAsync(PathOf(generation));

    public string PathOf(long generation) => $"/holdfast/v1/releases/list/{List}/{generation}";

    /// <summary>Waits until a release of the list is in a state.</summary>
    public Task StateAsync(long generation, string state) =>
        Eventually.TrueAsync(
            async () => (await ShowAsync(generation)).Result["state"]!.GetValue<string>() == state,
            $"generation {generation} is {state}"
        );

    public async ValueTask DisposeAsync()
    {
        foreach (var edge in Edges)
        {
            await edge.DisposeAsync();
        }

        await Control.DisposeAsync();
        _stores.Dispose();
    }
}
