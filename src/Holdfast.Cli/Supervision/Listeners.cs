using System.Collections.Immutable;
using System.Net;
using Holdfast.Cli.Settings;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Supervision;

/// <summary>One edge's listening sockets.</summary>
internal sealed record EdgeListeners(
    string Name,
    ImmutableArray<ListeningSocket> Http,
    ImmutableArray<ListeningSocket> Https,
    ListeningSocket Management
)
{
    /// <summary>All of them.</summary>
    public IReadOnlyList<ListeningSocket> All => [.. Http, .. Https, Management];

    /// <summary>Where the edge answers.</summary>
    public EdgeUrls Urls => new(Name, Listeners.Url("http", Http[0]), Listeners.Url("https", Https[0]), Listeners.Url("http", Management));
}

/// <summary>
/// Every listening socket of one <c>up</c>: edge-1 has the addresses asked for, further edges the first ones' hosts with free ports.
/// </summary>
internal sealed class Listeners : IDisposable
{
    private List<ListeningSocket> all = [];

    private Listeners() { }

    /// <summary>The API's.</summary>
    public required ListeningSocket Control { get; init; }

    /// <summary>The status page's, or null when there is to be none.</summary>
    public required ListeningSocket? Status { get; init; }

    /// <summary>Control's for nodes on other machines, or null.</summary>
    public required ListeningSocket? Nodes { get; init; }

    /// <summary>Each edge's, edge-1 first.</summary>
    public required ImmutableArray<EdgeListeners> Edges { get; init; }

    /// <summary>Binds them all, or none.</summary>
    /// <exception cref="CliFailure">One address cannot be had.</exception>
    public static Listeners Bind(UpOptions options)
    {
        var bound = new List<ListeningSocket>();
        try
        {
            // Those with a port that the user chose first: a free port of another could be just that one.
            var edge1 = BindEdge(bound, 1, options.Http, options.Https);
            var control = Bind(bound, options.Control, "control");
            var status = options.Status is { } forStatus ? Bind(bound, forStatus, "status") : null;
            var nodes = options.NodeListen is { } forNodes ? Bind(bound, forNodes, "node-listen") : null;
            var others = Enumerable
                .Range(2, options.Edges - 1)
                .Select(number => BindEdge(bound, number, [AnyPort(options.Http[0])], [AnyPort(options.Https[0])]));
            return new Listeners
            {
                Control = control,
                Status = status,
                Nodes = nodes,
                Edges = [edge1, .. others],
                all = bound,
            };
        }
        catch
        {
            bound.ForEach(socket => socket.Dispose());
            throw;
        }
    }

    /// <summary>A URL that reaches the socket from this machine.</summary>
    public static string Url(string scheme, ListeningSocket socket)
    {
        var address = socket.Address.Address;
        var reachable =
            address.Equals(IPAddress.Any) ? IPAddress.Loopback
            : address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback
            : address;
        return $"{scheme}://{new IPEndPoint(reachable, socket.Address.Port)}";
    }

    public void Dispose()
    {
        foreach (var socket in all)
        {
            socket.Dispose();
        }
    }

    private static EdgeListeners BindEdge(
        List<ListeningSocket> bound,
        int number,
        ImmutableArray<IPEndPoint> http,
        ImmutableArray<IPEndPoint> https
    ) =>
        new(
            $"edge-{number}",
            [.. http.Select(address => Bind(bound, address, "http"))],
            [.. https.Select(address => Bind(bound, address, "https"))],
            Bind(bound, new IPEndPoint(IPAddress.Loopback, 0), "management")
        );

    private static IPEndPoint AnyPort(IPEndPoint address) => new(address.Address, 0);

    private static ListeningSocket Bind(List<ListeningSocket> bound, IPEndPoint address, string option)
    {
        var socket = ListeningSocket.Bind(address, option);
        bound.Add(socket);
        return socket;
    }
}
