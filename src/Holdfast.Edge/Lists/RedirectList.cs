using System.Text;
using Holdfast.Artifacts.Lists;
using Holdfast.Model.Lists;
using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Lists;
using Holdfast.Rules.Types;

namespace Holdfast.Edge.Lists;

/// <summary>
/// A list of redirects. Sources are found by hash: of a URL's host and the hosts above it those that the list has, and of each the path and the
/// paths above it, at most as deep as the list's own. So a look-up costs the same, however long the list is.
/// </summary>
internal sealed class RedirectList : RuleList
{
    private const ulong Offset = 14_695_981_039_346_656_037;
    private const ulong Prime = 1_099_511_628_211;
    private const int LongestHost = 255;

    private readonly RedirectEntry[] _entries;
    private readonly Dictionary<ulong, int> _first = [];
    private readonly HashSet<ulong> _hosts = [];
    private readonly int _slashes;
    private readonly int _longest;

    /// <summary>Of canonical items.</summary>
    public RedirectList(IEnumerable<string> items)
    {
        var entries = new List<RedirectEntry>();
        foreach (var item in items)
        {
            var redirect = RedirectText.Read(item) ?? throw new FormatException($"'{item}' is no redirect");
            var key = Encoding.ASCII.GetBytes(redirect.Scheme + "/" + redirect.Host + redirect.Path);
            var hash = Hash(Offset, key);
            var next = _first.TryGetValue(hash, out var other) ? other : -1;
            _first[hash] = entries.Count;
            _hosts.Add(Hash(Offset, Encoding.ASCII.GetBytes(redirect.Host)));
            _longest = Math.Max(_longest, redirect.Path.Length);
            _slashes = Math.Max(_slashes, redirect.Path.Count(c => c == '/'));
            entries.Add(new RedirectEntry(redirect, key, Encoding.ASCII.GetBytes(redirect.Target), next));
        }

        _entries = [.. entries];
    }

    /// <inheritdoc />
    public override RuleType ItemType => RuleType.String;

    /// <inheritdoc />
    public override Truth Contains(ReadOnlySpan<byte> value) => Find(value, out _, out _) is null ? Truth.False : Truth.True;

    /// <summary>The redirect for a URL: the nearest host before those above it, then the longest path, then one that names the scheme.</summary>
    /// <param name="url">A URL with its scheme.</param>
    /// <param name="suffix">What of its path lies below the redirect's own.</param>
    /// <param name="query">Its query, without the question mark.</param>
    /// <returns>Null when there is none.</returns>
    public RedirectEntry? Find(ReadOnlySpan<byte> url, out ReadOnlySpan<byte> suffix, out ReadOnlySpan<byte> query)
    {
        suffix = default;
        query = default;
        var isHttps = url.StartsWith("https://"u8);
        if (!isHttps && !url.StartsWith("http://"u8))
        {
            return null;
        }

        var scheme = isHttps ? "https"u8 : "http"u8;
        var rest = url[(scheme.Length + 3)..];
        var end = rest.IndexOfAny("/?#"u8);
        var authority = end < 0 ? rest : rest[..end];
        var path = end < 0 ? default : rest[end..];
        path = path.IndexOf((byte)'#') is >= 0 and var fragment ? path[..fragment] : path;
        if (path.IndexOf((byte)'?') is >= 0 and var mark)
        {
            query = path[(mark + 1)..];
            path = path[..mark];
        }

        path = path.IsEmpty ? "/"u8 : path;
        var colon = authority.LastIndexOf((byte)':');
        var host = colon > 0 && authority[^1] != (byte)']' ? authority[..colon] : authority;
        if (host.Length is 0 or > LongestHost)
        {
            return null;
        }

        Span<byte> lower = stackalloc byte[LongestHost];
        Ascii.ToLower(host, lower, out var length);
        lower = lower[..length];
        for (var isExact = true; ; isExact = false)
        {
            if (_hosts.Contains(Hash(Offset, lower)) && FindPath(scheme, lower, path, isExact, out suffix) is { } found)
            {
                return found;
            }

            var dot = lower.IndexOf((byte)'.');
            if (dot < 0)
            {
                return null;
            }

            lower = lower[(dot + 1)..];
        }
    }

    private RedirectEntry? FindPath(
        ReadOnlySpan<byte> scheme,
        scoped ReadOnlySpan<byte> host,
        ReadOnlySpan<byte> path,
        bool isExactHost,
        out ReadOnlySpan<byte> suffix
    )
    {
        suffix = default;
        if (path.Length <= _longest && Either(scheme, host, path, isExactHost, isBelow: false) is { } exact)
        {
            return exact;
        }

        // Where the path can end so that the rest lies below it: behind and before each of its first slashes, the longest first.
        Span<int> ends = stackalloc int[2 * ListLimits.RedirectSegments + 2];
        var count = 0;
        for (int i = 0, slashes = 0; i < path.Length && i <= _longest && slashes <= _slashes; i++)
        {
            if (path[i] == (byte)'/')
            {
                if (i > 0)
                {
                    ends[count++] = i;
                }

                ends[count++] = i + 1;
                slashes++;
            }
        }

        while (count-- > 0)
        {
            if (Either(scheme, host, path[..ends[count]], isExactHost, isBelow: true) is { } above)
            {
                suffix = path[ends[count]..];
                return above;
            }
        }

        return null;
    }

    private RedirectEntry? Either(
        ReadOnlySpan<byte> scheme,
        ReadOnlySpan<byte> host,
        ReadOnlySpan<byte> path,
        bool isExactHost,
        bool isBelow
    ) => One(scheme, host, path, isExactHost, isBelow) ?? One(default, host, path, isExactHost, isBelow);

    private RedirectEntry? One(ReadOnlySpan<byte> scheme, ReadOnlySpan<byte> host, ReadOnlySpan<byte> path, bool isExactHost, bool isBelow)
    {
        var hash = Hash(Hash(Hash(Hash(Offset, scheme), "/"u8), host), path);
        for (var at = _first.TryGetValue(hash, out var first) ? first : -1; at >= 0; at = _entries[at].Next)
        {
            var entry = _entries[at];
            if ((isExactHost || entry.Item.IncludesSubdomains) && (!isBelow || entry.Item.MatchesSubpaths) && entry.Is(scheme, host, path))
            {
                return entry;
            }
        }

        return null;
    }

    private static ulong Hash(ulong hash, ReadOnlySpan<byte> text)
    {
        foreach (var octet in text)
        {
            hash = (hash ^ octet) * Prime;
        }

        return hash;
    }
}

/// <summary>A redirect of a list, ready to be found.</summary>
/// <param name="Item">It.</param>
/// <param name="Key">Scheme, a slash, host and path.</param>
/// <param name="Target">The target.</param>
/// <param name="Next">Another with the same hash, or -1.</param>
internal sealed record RedirectEntry(RedirectItem Item, byte[] Key, byte[] Target, int Next)
{
    /// <summary>Whether it is the redirect of this source.</summary>
    public bool Is(ReadOnlySpan<byte> scheme, ReadOnlySpan<byte> host, ReadOnlySpan<byte> path) =>
        Key.Length == scheme.Length + 1 + host.Length + path.Length
        && Key.AsSpan().StartsWith(scheme)
        && Key[scheme.Length] == (byte)'/'
        && Key.AsSpan(scheme.Length + 1).StartsWith(host)
        && Key.AsSpan().EndsWith(path);
}
