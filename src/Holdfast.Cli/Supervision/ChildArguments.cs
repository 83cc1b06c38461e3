using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Cli.Roles;
using Holdfast.Cli.Settings;
using Holdfast.Model.Zones;

namespace Holdfast.Cli.Supervision;

/// <summary>The arguments that <c>up</c> starts its children with; <c>run edge</c> and <c>run control</c> read them.</summary>
internal static class ChildArguments
{
    /// <summary>Flag: the starter is <c>up</c>; standard input is its pipe, and ready is told on standard output.</summary>
    public const string Supervised = "--supervised";

    /// <summary>Flag: faults may be tripped.</summary>
    public const string FaultInjection = "--fault-injection";

    /// <summary>Flag: the edge is only to forward, because it has died again and again.</summary>
    public const string Bypass = "--bypass";

    /// <summary>What is said on an edge's standard input to have it hand over to its successor.</summary>
    public const string HandOver = "hand over";

    /// <summary><c>run taster ...</c>, which an edge starts.</summary>
    public static ImmutableArray<string> Taster(string dataDirectory, bool faultInjection, FaultyParts faulty) =>
        ["run", "taster", "--data", dataDirectory, .. faultInjection ? [FaultInjection] : Array.Empty<string>(), .. faulty.Arguments];

    /// <summary><c>run control ...</c></summary>
    public static IReadOnlyList<string> Control(
        string dataDirectory,
        ListeningSocket control,
        ListeningSocket? nodes,
        FaultyParts faulty
    ) =>
        [
            "run",
            "control",
            "--data",
            dataDirectory,
            "--fd-control",
            Descriptors([control]),
            .. nodes is null ? Array.Empty<string>() : ["--fd-nodes", Descriptors([nodes])],
            .. faulty == FaultyParts.None ? [] : faulty.Arguments.Insert(0, FaultInjection),
            Supervised,
        ];

    /// <summary><c>run status ...</c></summary>
    public static IReadOnlyList<string> Status(
        string dataDirectory,
        ListeningSocket status,
        IEnumerable<EdgeListeners> edges,
        UpOptions options
    ) =>
        [
            "run",
            "status",
            "--data",
            dataDirectory,
            "--fd-status",
            Descriptors([status]),
            .. edges.SelectMany(edge => new[] { "--edge", $"{edge.Name}={Listeners.Url("http", edge.Management)}" }),
            .. options.StatusProxies.SelectMany(network => new[] { "--proxy", network.ToString() }),
            .. options.ReportWork is { } bits ? ["--report-work", bits.ToString(CultureInfo.InvariantCulture)] : Array.Empty<string>(),
            Supervised,
        ];

    /// <summary><c>run edge ...</c></summary>
    public static IReadOnlyList<string> Edge(
        string name,
        string dataDirectory,
        string controlUrl,
        IEnumerable<ListeningSocket> http,
        IEnumerable<ListeningSocket> https,
        ListeningSocket management,
        IReadOnlyCollection<OriginUrl> uppers,
        bool faultInjection,
        FaultyParts faulty
    ) =>
        [
            "run",
            "edge",
            "--name",
            name,
            "--data",
            dataDirectory,
            "--control",
            controlUrl,
            "--fd-http",
            Descriptors(http),
            "--fd-https",
            Descriptors(https),
            "--fd-management",
            Descriptors([management]),
            .. uppers.Count == 0 ? Array.Empty<string>() : [$"--{UpperUrls.Name}", string.Join(',', uppers)],
            .. faultInjection ? [FaultInjection] : Array.Empty<string>(),
            .. faulty.Arguments,
            Supervised,
        ];

    private static string Descriptors(IEnumerable<ListeningSocket> sockets) =>
        string.Join(',', sockets.Select(socket => socket.Descriptor.ToString(CultureInfo.InvariantCulture)));
}
