using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Holdfast.Cli.Terminal;
using Holdfast.Status;
using Holdfast.Status.Watching;

namespace Holdfast.Cli.Settings;

/// <summary>Values of the status page's settings, for <c>run status</c> and <c>up</c>.</summary>
internal static class StatusPageSettings
{
    /// <summary>Most edges that are named at the command line.</summary>
    private const int MostEdges = 100;

    /// <summary>Proxies before the page.</summary>
    /// <param name="place">Where they stand, for messages.</param>
    /// <param name="values">Addresses or networks, one by one or separated by commas.</param>
    /// <exception cref="CliFailure">One is neither.</exception>
    public static ImmutableArray<IPNetwork> ReadProxies(string place, IEnumerable<string> values) =>
        [
            .. values
                .SelectMany(value => value.Split(',', StringSplitOptions.TrimEntries))
                .Select(one =>
                    IPNetwork.TryParse(one, out var network) ? network
                    : IPAddress.TryParse(one, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
                    : throw new CliFailure($"{place}: '{one}' is no address and no network such as 10.0.0.0/8")
                ),
        ];

    /// <summary>The work of a report.</summary>
    /// <param name="place">Where it stands, for messages.</param>
    /// <param name="value">Bits.</param>
    /// <exception cref="CliFailure">It is no number, or out of range.</exception>
    public static int ReadWork(string place, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var bits)
        && bits is >= 1 and <= StatusOptions.MostReportWork
            ? bits
            : throw new CliFailure($"{place}: it is '{value}', and has to be 1 to {StatusOptions.MostReportWork}");

    /// <summary>Edges with their management listeners: <c>edge-1=http://127.0.0.1:41234</c>.</summary>
    /// <param name="values">What <c>--edge</c> said.</param>
    /// <exception cref="CliFailure">One is none, or is there twice, or there are too many.</exception>
    public static ImmutableArray<OwnEdge> ReadEdges(IReadOnlyCollection<string> values)
    {
        var edges = ImmutableArray.CreateBuilder<OwnEdge>();
        foreach (var value in values)
        {
            var at = value.IndexOf('=', StringComparison.Ordinal);
            if (
                at < 1
                || at > 63
                || !Uri.TryCreate(value[(at + 1)..], UriKind.Absolute, out var url)
                || url.Scheme is not ("http" or "https")
            )
            {
                throw new CliFailure($"--edge: '{value}' is no edge", "it is NAME=URL, such as edge-1=http://127.0.0.1:41234");
            }

            if (edges.Any(edge => edge.Name == value[..at]))
            {
                throw new CliFailure($"--edge: {value[..at]} is there twice");
            }

            edges.Add(new OwnEdge(value[..at], url));
        }

        return edges.Count <= MostEdges ? edges.ToImmutable() : throw new CliFailure($"--edge: more than {MostEdges} edges");
    }
}
