using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Holdfast.Cli.Terminal;
using Holdfast.Edge.Http3;
using Holdfast.Model.Zones;

namespace Holdfast.Cli.Settings;

/// <summary>
/// Puts the options of <c>holdfast up</c> together: a flag wins over its environment variable (<c>HOLDFAST_HTTP</c> for <c>--http</c>),
/// that over <c>holdfast.yaml</c> in the data directory, that over the default.
/// </summary>
internal sealed class UpOptionsReader
{
    /// <summary>Fewest characters of an admin token: fewer can be guessed.</summary>
    public const int MinTokenLength = 20;

    /// <summary>Most characters of an admin token: it has to fit a header.</summary>
    public const int MaxTokenLength = 200;

    private readonly UpFlags flags;
    private readonly Func<string, string?> environment;
    private readonly string dataDirectory;
    private readonly ConfigurationFile file;

    private UpOptionsReader(UpFlags flags, Func<string, string?> environment, string currentDirectory)
    {
        this.flags = flags;
        this.environment = environment;
        dataDirectory = DataDirectory.Resolve(flags.Data, environment, currentDirectory);
        file = ConfigurationFile.Read(dataDirectory);
    }

    /// <summary>One setting as it was found: its values and the name of the place, for messages.</summary>
    private sealed record Found(string Place, IReadOnlyList<string> Values);

    /// <summary>Reads the options.</summary>
    /// <exception cref="CliFailure">A value is wrong; the message names the flag, variable or line that it came from.</exception>
    public static UpOptions Read(UpFlags flags, Func<string, string?> environment, string currentDirectory) =>
        new UpOptionsReader(flags, environment, currentDirectory).Read();

    private UpOptions Read()
    {
        var options = new UpOptions
        {
            DataDirectory = dataDirectory,
            Http = Addresses("http", flags.Http, UpOptions.DefaultHttp),
            Https = Addresses("https", flags.Https, UpOptions.DefaultHttps),
            Control = Address("control", flags.Control, UpOptions.DefaultControl),
            NodeListen = FindOne("node_listen", flags.NodeListen) is { } nodes ? Parse(nodes.Place, nodes.Values[0]) : null,
            Status = StatusPage(),
            Origin = Origin(),
            Uppers = Find(UpperUrls.Name, flags.Upper) is { } uppers ? UpperUrls.Read(uppers.Place, uppers.Values) : [],
            Edges = Edges(),
            FaultInjection = flags.FaultInjection,
            Faulty = flags.Faulty,
            Json = flags.Json || Flag("json"),
            AdminToken = ReadAdminToken(environment),
            StatusToken = ReadStatusToken(environment),
            StatusProxies = Find("proxy", flags.Proxy) is { } proxies ? StatusPageSettings.ReadProxies(proxies.Place, proxies.Values) : [],
            ReportWork = FindOne("report_work", flags.ReportWork) is { } work
                ? StatusPageSettings.ReadWork(work.Place, work.Values[0])
                : null,
            EvidenceTo = EvidenceSettings.Read(environment)?.Pages ?? [],
            EvidenceToken = ReadToken(EvidenceSettings.TokenVariable, environment),
        };
        RefuseSameAddressTwice(options);
        file.Edge.RequireHttp3(Http3Server.IsSupported);
        return options;
    }

    private Found? Find(string name, IReadOnlyList<string> fromFlags)
    {
        if (fromFlags.Count > 0)
        {
            return new Found($"--{name.Replace('_', '-')}", fromFlags);
        }

        var variable = $"HOLDFAST_{name.ToUpperInvariant()}";
        if (environment(variable) is { Length: > 0 } value)
        {
            return new Found(variable, [value]);
        }

        return file.Find(name) is { } found ? new Found(found.Place, found.Values) : null;
    }

    private Found? FindOne(string name, string? fromFlag)
    {
        var found = Find(name, fromFlag is null ? [] : [fromFlag]);
        return found?.Values.Count > 1 ? throw new CliFailure($"{found.Place}: one value is expected") : found;
    }

    private ImmutableArray<IPEndPoint> Addresses(string name, IReadOnlyList<string> fromFlags, IPEndPoint byDefault)
    {
        if (Find(name, fromFlags) is not { } found)
        {
            return [byDefault];
        }

        return [.. found.Values.SelectMany(value => value.Split(',')).Select(value => Parse(found.Place, value))];
    }

    private IPEndPoint Address(string name, string? fromFlag, IPEndPoint byDefault) =>
        FindOne(name, fromFlag) is { } found ? Parse(found.Place, found.Values[0]) : byDefault;

    private IPEndPoint? StatusPage() =>
        FindOne("status", flags.Status) is not { } found ? UpOptions.DefaultStatus
        : found.Values[0] == "none" ? null
        : Parse(found.Place, found.Values[0]);

    private static IPEndPoint Parse(string place, string value) =>
        ListenAddress.TryParse(value, out var address, out var error) ? address : throw new CliFailure($"{place}: {error}");

    private OriginUrl? Origin()
    {
        if (FindOne("origin", flags.Origin) is not { } found)
        {
            return null;
        }

        return OriginUrl.TryParse(found.Values[0], out var origin, out var error)
            ? origin
            : throw new CliFailure($"{found.Place}: {error}");
    }

    private int Edges()
    {
        if (FindOne("edges", flags.Edges) is not { } found)
        {
            return 1;
        }

        return
            int.TryParse(found.Values[0], NumberStyles.None, CultureInfo.InvariantCulture, out var edges)
            && edges is >= 1 and <= UpOptions.MaxEdges
            ? edges
            : throw new CliFailure($"{found.Place}: '{found.Values[0]}' is not a number of edges from 1 to {UpOptions.MaxEdges}");
    }

    private bool Flag(string name)
    {
        if (FindOne(name, null) is not { } found)
        {
            return false;
        }

        return found.Values[0].ToLowerInvariant() switch
        {
            "1" or "true" or "yes" => true,
            "0" or "false" or "no" => false,
            _ => throw new CliFailure($"{found.Place}: '{found.Values[0]}' is neither true nor false"),
        };
    }

    /// <summary>The first admin token from <c>HOLDFAST_ADMIN_TOKEN</c>; null when it is not set.</summary>
    /// <exception cref="CliFailure">It is too short, too long, or not visible ASCII.</exception>
    public static string? ReadAdminToken(Func<string, string?> environment) => ReadToken("HOLDFAST_ADMIN_TOKEN", environment);

    /// <summary>The status page's first token from <c>HOLDFAST_STATUS_TOKEN</c>; null when it is not set.</summary>
    /// <exception cref="CliFailure">It is too short, too long, or not visible ASCII.</exception>
    public static string? ReadStatusToken(Func<string, string?> environment) => ReadToken("HOLDFAST_STATUS_TOKEN", environment);

    /// <summary>A token that the user chose; null when the variable is not set.</summary>
    /// <exception cref="CliFailure">It is too short, too long, or not visible ASCII.</exception>
    public static string? ReadToken(string variable, Func<string, string?> environment)
    {
        if (environment(variable) is not { Length: > 0 } token)
        {
            return null;
        }

        // The token itself is not in the message: standard error may be kept.
        return token.Length is >= MinTokenLength and <= MaxTokenLength && token.All(c => c is > ' ' and < '\x7f')
            ? token
            : throw new CliFailure(
                $"{variable}: not {MinTokenLength} to {MaxTokenLength} visible ASCII characters (found {token.Length} characters)",
                "leave it unset to have one generated"
            );
    }

    private static void RefuseSameAddressTwice(UpOptions options)
    {
        var wanted = options
            .Http.Select(address => ("http", address))
            .Concat(options.Https.Select(address => ("https", address)))
            .Append(("control", options.Control))
            .Concat(options.Status is { } status ? [("status", status)] : [])
            .Concat(options.NodeListen is { } nodes ? [("node-listen", nodes)] : [])
            .Where(entry => entry.Item2.Port != 0);
        var seen = new Dictionary<IPEndPoint, string>();
        foreach (var (name, address) in wanted)
        {
            if (!seen.TryAdd(address, name))
            {
                var both = seen[address] == name ? $"{name} names {address} twice" : $"{seen[address]} and {name} both name {address}";
                throw new CliFailure(both, "give each its own port; port 0 picks a free one");
            }
        }
    }
}
