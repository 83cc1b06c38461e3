using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Holdfast.Status.Providers;

/// <summary>
/// Which network (autonomous system) an address is in, from the lists that the build puts beside the program: RouteViews, NRO and DB-IP by
/// ip-location-db, CC BY 4.0. Read when first asked for; some 20 MB. Without them no network is known. For any thread.
/// </summary>
internal sealed class NetworkNumbers
{
    private readonly Lazy<Table> table;

    /// <param name="directory">Where <c>asn-ipv4-num.csv</c> and <c>asn-ipv6-num.csv</c> are.</param>
    /// <param name="logger">Told once what can't be read.</param>
    public NetworkNumbers(string directory, ILogger logger) => table = new Lazy<Table>(() => Read(directory, logger));

    /// <summary>Where the build puts the lists: <c>data</c> beside the program.</summary>
    public static string DefaultDirectory => Path.Combine(AppContext.BaseDirectory, "data");

    /// <summary>The network of an address, or null.</summary>
    public (uint Number, string Name)? Of(IPAddress address)
    {
        var known = table.Value;
        var at = Key(address);
        var i = Array.BinarySearch(known.Starts, at);
        i = i >= 0 ? i : ~i - 1;
        return i >= 0 && at <= known.Ends[i] ? (known.Numbers[i], known.Names.GetValueOrDefault(known.Numbers[i], "")) : null;
    }

    /// <summary>An address as a number; IPv4 ones have their place among those that IPv6 maps them to.</summary>
    public static UInt128 Key(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        var mapped = address.AddressFamily == AddressFamily.InterNetwork ? address.MapToIPv6() : address;
        mapped.TryWriteBytes(bytes, out _);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    private static Table Read(string directory, ILogger logger)
    {
        var rows = new List<(UInt128 Start, UInt128 End, uint Number)>();
        var names = new Dictionary<uint, string>();
        Read(Path.Combine(directory, "asn-ipv4-num.csv"), Key(IPAddress.Any), rows, names, logger);
        Read(Path.Combine(directory, "asn-ipv6-num.csv"), 0, rows, names, logger);
        rows.Sort(static (one, other) => one.Start.CompareTo(other.Start));
        return new Table([.. rows.Select(row => row.Start)], [.. rows.Select(row => row.End)], [.. rows.Select(row => row.Number)], names);
    }

    private static void Read(
        string path,
        UInt128 offset,
        List<(UInt128, UInt128, uint)> rows,
        Dictionary<uint, string> names,
        ILogger logger
    )
    {
        try
        {
            foreach (var line in File.ReadLines(path))
            {
                var row = line.AsSpan();
                if (
                    !Next(ref row, out var start)
                    || !Next(ref row, out var end)
                    || row.IndexOf(',') is not (> 0 and var comma)
                    || !uint.TryParse(row[..comma], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                )
                {
                    StatusLog.NoNetworks(logger, path, $"'{(line.Length > 60 ? line[..60] : line)}' is no range with a number");
                    return;
                }

                rows.Add((start + offset, end + offset, number));
                if (!names.ContainsKey(number))
                {
                    names.Add(number, new string(row[(comma + 1)..].Trim('"')));
                }
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            StatusLog.NoNetworks(logger, path, fault.Message);
        }
    }

    private static bool Next(ref ReadOnlySpan<char> row, out UInt128 value)
    {
        value = 0;
        var comma = row.IndexOf(',');
        if (comma <= 0 || !UInt128.TryParse(row[..comma], NumberStyles.None, CultureInfo.InvariantCulture, out value))
        {
            return false;
        }

        row = row[(comma + 1)..];
        return true;
    }

    private sealed record Table(UInt128[] Starts, UInt128[] Ends, uint[] Numbers, Dictionary<uint, string> Names);
}
