using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Drills.Programs;
using Holdfast.Drills.Visitors;

namespace Holdfast.Drills.Fleets;

/// <summary>
/// A control and several edges, each with a data directory of its own as on machines of their own, joined over TLS; and the origin of
/// their sites.
/// </summary>
internal sealed class Fleet : IAsyncDisposable
{
    /// <summary>How many edges: the fewest of which two can be wrong in different ways while a third is right.</summary>
    public const int EdgeCount = 3;

    /// <summary>How many zones have visitors.</summary>
    public const int ZoneCount = 8;

    private readonly List<FleetNode> edges = [];
    private readonly List<SeverableLink> links = [];
    private readonly List<int> ports = [];
    private readonly List<FleetZone> zones = [];
    private FleetNode? status;
    private readonly HttpClient management = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(3) };

    private Fleet(DrillOrigin origin, FleetNode control, ControlApi api)
    {
        Origin = origin;
        Control = control;
        Api = api;
    }

    private Uri ManagementOf(int edge, string path) =>
        new(edges[edge].Management ?? throw new DrillFailure($"{edges[edge].Name} does not serve"), path);

    /// <summary>The sites' server.</summary>
    public DrillOrigin Origin { get; }

    /// <summary>The machine with the API.</summary>
    public FleetNode Control { get; }

    /// <summary>The API, as its administrator.</summary>
    public ControlApi Api { get; }

    /// <summary>The status page; null where there is none.</summary>
    public StatusDesk? StatusPage { get; private set; }

    /// <summary>The edges.</summary>
    public IReadOnlyList<FleetNode> Edges => edges;

    /// <summary>For each edge, its network to control.</summary>
    public IReadOnlyList<SeverableLink> Links => links;

    /// <summary>For each edge, its port for visitors on 127.0.0.1.</summary>
    public IReadOnlyList<int> VisitorPorts => ports;

    /// <summary>The sites.</summary>
    public IReadOnlyList<FleetZone> Zones => zones;

    /// <summary>Starts all of it, and ends when every edge serves every zone.</summary>
    /// <param name="program">The program.</param>
    /// <param name="directory">Where the machines' data directories are made.</param>
    /// <param name="setup">How the machines are started.</param>
    /// <param name="progress">Told what is being done.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DrillFailure">Something does not start.</exception>
    public static async Task<Fleet> StartAsync(
        IHoldfastProgram program,
        string directory,
        FleetSetup setup,
        Action<string> progress,
        CancellationToken cancellationToken
    )
    {
        progress("starting the origin and control");
        var origin = await DrillOrigin.StartAsync(cancellationToken);
        var api = program.Listen();
        var nodes = program.Listen();
        var control = new FleetNode(
            program,
            "control",
            Path.Combine(directory, "control"),
            ["run", "control", "--fd-control", Number(api.Descriptor), "--fd-nodes", Number(nodes.Descriptor)],
            [api, nodes]
        )
        {
            DiskMayFill = setup.DisksMayFill,
            FurtherArguments = [.. setup.ControlArguments],
        };
        Fleet? fleet = null;
        try
        {
            var ready = await control.StartAsync(cancellationToken);
            var token = ready.AdminToken ?? throw new DrillFailure("control did not say its first token");
            fleet = new Fleet(origin, control, new ControlApi(api.Port, token));
            await fleet.AddZonesAsync(cancellationToken);
            if (setup.HasStatusPage)
            {
                // Before the edges, which tell it how they are from their first moment on.
                progress("starting the status page");
                await fleet.AddStatusAsync(program, directory, cancellationToken);
            }

            for (var index = 1; index <= EdgeCount; index++)
            {
                progress($"starting edge {index} of {EdgeCount}");
                await fleet.AddEdgeAsync(program, directory, $"edge-{index}", nodes.Port, setup, cancellationToken);
            }

            progress("waiting until every edge serves every zone");
            foreach (var edge in Enumerable.Range(0, EdgeCount))
            {
                await fleet.ServesAllAsync(edge, cancellationToken);
            }

            return fleet;
        }
        catch
        {
            if (fleet is not null)
            {
                await fleet.DisposeAsync();
            }
            else
            {
                await control.DisposeAsync();
                await origin.DisposeAsync();
            }

            throw;
        }
    }

    /// <summary>Waits until an edge serves every zone rightly.</summary>
    /// <exception cref="DrillFailure">It does not in time.</exception>
    public async Task ServesAllAsync(int edge, CancellationToken cancellationToken)
    {
        foreach (var zone in zones)
        {
            await Condition.HoldsAsync(
                () => ServesAsync(edge, zone.Name, cancellationToken),
                $"{edges[edge].Name} serves {zone.Name}",
                TimeSpan.FromSeconds(30),
                cancellationToken
            );
        }
    }

    /// <summary>Whether an edge answers for a host as its origin does.</summary>
    public async Task<bool> ServesAsync(int edge, string host, CancellationToken cancellationToken) =>
        (await AskAsync(edge, host, "/once", cancellationToken)).Right;

    /// <summary>One visitor on a connection of their own.</summary>
    public async Task<Visit> AskAsync(int edge, string host, string path, CancellationToken cancellationToken)
    {
        using var visitor = new Visitor(ports[edge]);
        return await visitor.AskAsync(host, path, cancellationToken);
    }

    /// <summary>What an edge says of itself.</summary>
    /// <param name="edge">Which.</param>
    /// <param name="path">A path of its management listener.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Its answer, or null when it has none.</returns>
    public async Task<JsonElement?> StateAsync(int edge, string path, CancellationToken cancellationToken)
    {
        try
        {
            var text = await management.GetStringAsync(ManagementOf(edge, path), cancellationToken);
            return JsonDocument.Parse(text).RootElement.Clone();
        }
        catch (Exception fault) when (fault is HttpRequestException or JsonException or DrillFailure)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Whether no zone's release is on trial at any edge: each is live for everybody and known to be good.</summary>
    public async Task<bool> IsBakedAsync(CancellationToken cancellationToken)
    {
        for (var edge = 0; edge < Edges.Count; edge++)
        {
            if (
                await StateAsync(edge, "/holdfast/state", cancellationToken) is not { } state
                || state
                    .GetProperty("rollouts")
                    .EnumerateArray()
                    .Any(static rollout =>
                        rollout.GetProperty("kind").GetString() == "zone" && rollout.GetProperty("stage").GetString() is "slice" or "live"
                    )
            )
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The generation of an artifact that each edge uses for all requests; null of one that does not have it, or does not answer.</summary>
    /// <param name="name">The artifact's id.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<long?>> GenerationsAsync(string name, CancellationToken cancellationToken)
    {
        var generations = new List<long?>();
        for (var edge = 0; edge < Edges.Count; edge++)
        {
            var state = await StateAsync(edge, "/holdfast/state", cancellationToken);
            generations.Add(
                state
                    ?.GetProperty("releases")
                    .EnumerateArray()
                    .Where(release => release.GetProperty("name").GetString() == name)
                    .Select(static release => (long?)release.GetProperty("generation").GetInt64())
                    .FirstOrDefault()
            );
        }

        return generations;
    }

    /// <summary>Has the newest release of an artifact that goes by waves go to every edge without their pauses: it is no part of the drill.</summary>
    public Task OpenToAllAsync(string kind, string name, CancellationToken cancellationToken) =>
        DrillRun.UntilAsync(
            async () =>
            {
                var path = $"/holdfast/v1/releases/{kind}/{name}/newest";
                if ((await Api.DoAsync(HttpMethod.Get, path, null, cancellationToken)).GetProperty("open_to_all").GetBoolean())
                {
                    return true;
                }

                await Api.CallAsync(
                    HttpMethod.Post,
                    $"{path}/skip",
                    new JsonObject { ["reason"] = "a drill's beginning" },
                    cancellationToken
                );
                return false;
            },
            $"{kind} {name} may go to every edge",
            30,
            cancellationToken
        );

    /// <summary>Trips a fault at an edge.</summary>
    /// <param name="edge">Which.</param>
    /// <param name="fault">The point and how it fails, as docs/resilience.md has them.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="DrillFailure">The edge refuses, or does not answer.</exception>
    public async Task TripAsync(int edge, string fault, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await management.PutAsync(ManagementOf(edge, $"/holdfast/faults/{fault}"), null, cancellationToken);
            if (!answer.IsSuccessStatusCode)
            {
                var said = await answer.Content.ReadAsStringAsync(cancellationToken);
                throw new DrillFailure($"{edges[edge].Name} does not trip {fault}: {said}");
            }
        }
        catch (HttpRequestException trouble)
        {
            throw new DrillFailure($"{edges[edge].Name} does not trip {fault}: {trouble.Message}");
        }
    }

    /// <summary>Makes a zone whose origin is the fleet's.</summary>
    public async Task<FleetZone> AddZoneAsync(string name, CancellationToken cancellationToken)
    {
        await Api.DoAsync(
            HttpMethod.Post,
            "/holdfast/v1/zones/import",
            new JsonObject { ["zones"] = new JsonArray(new JsonObject { ["name"] = name, ["origin"] = Origin.Address.ToString() }) },
            cancellationToken
        );
        var found = await Api.DoAsync(HttpMethod.Get, $"/client/v4/zones?name={name}", null, cancellationToken);
        return new FleetZone(name, found[0].GetProperty("id").GetString()!);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(edges.Select(async edge => await edge.DisposeAsync()));
        foreach (var link in links)
        {
            await link.DisposeAsync();
        }

        if (status is not null)
        {
            await status.DisposeAsync();
        }

        StatusPage?.Dispose();

        await Control.DisposeAsync();
        Api.Dispose();
        management.Dispose();
        await Origin.DisposeAsync();
    }

    private async Task AddZonesAsync(CancellationToken cancellationToken)
    {
        for (var index = 1; index <= ZoneCount; index++)
        {
            zones.Add(await AddZoneAsync($"site-{index}.example.com", cancellationToken));
        }
    }

    private async Task AddEdgeAsync(
        IHoldfastProgram program,
        string directory,
        string name,
        int controlPort,
        FleetSetup setup,
        CancellationToken cancellationToken
    )
    {
        var invited = await Api.DoAsync(HttpMethod.Post, "/holdfast/v1/join_tokens", new JsonObject { ["node"] = name }, cancellationToken);
        var link = new SeverableLink(controlPort);
        links.Add(link);
        var (http, https) = (program.Listen(), program.Listen());
        ports.Add(http.Port);
        string[] arguments =
        [
            "run",
            "edge",
            "--control",
            $"https://127.0.0.1:{link.Port}",
            "--fd-http",
            Number(http.Descriptor),
            "--fd-https",
            Number(https.Descriptor),
            .. setup.EdgeArguments,
        ];
        var environment = new Dictionary<string, string?> { ["HOLDFAST_JOIN"] = invited.GetProperty("token").GetString() };
        if (StatusPage is { } page)
        {
            environment["HOLDFAST_EVIDENCE_TO"] = page.Address.GetLeftPart(UriPartial.Authority);
            environment["HOLDFAST_EVIDENCE_TOKEN"] = page.EdgesToken;
        }

        var edge = new FleetNode(program, name, Path.Combine(directory, name), arguments, [http, https], environment)
        {
            Restarting = setup.Restarts,
            DiskMayFill = setup.DisksMayFill,
        };
        edges.Add(edge);
        await edge.StartAsync(cancellationToken);
    }

    private async Task AddStatusAsync(IHoldfastProgram program, string directory, CancellationToken cancellationToken)
    {
        var page = program.Listen();
        StatusPage = new StatusDesk(new Uri($"http://127.0.0.1:{page.Port}"));
        status = new FleetNode(
            program,
            "status",
            Path.Combine(directory, "status"),
            ["run", "status", "--fd-status", Number(page.Descriptor)],
            [page],
            new Dictionary<string, string?>
            {
                ["HOLDFAST_STATUS_TOKEN"] = StatusPage.OperatorsToken,
                ["HOLDFAST_EVIDENCE_TOKEN"] = StatusPage.EdgesToken,
            }
        );
        await status.StartAsync(cancellationToken);
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A site of the fleet.</summary>
/// <param name="Name">Its domain.</param>
/// <param name="Id">Its id at control.</param>
internal sealed record FleetZone(string Name, string Id);
