using System.Globalization;
using Holdfast.Model.Lists;

namespace Holdfast.Artifacts.Lists;

/// <summary>
/// Redirects as items of lists: <c>SOURCE TARGET STATUS FLAGS</c>, the flags of <c>d</c> (subdomains), <c>p</c> (subpaths), <c>q</c> (the query goes
/// along), <c>s</c> (the suffix does) in this order, or <c>-</c>.
/// </summary>
public static class RedirectText
{
    /// <summary>What a source is, for messages.</summary>
    public static string SourceForm { get; } =
        string.Create(
            CultureInfo.InvariantCulture,
            $"a host and a path such as example.com/old, with or without http:// or https://, without port, query and fragment; at most {ListLimits.RedirectCharacters} visible ASCII characters and {ListLimits.RedirectSegments} slashes"
        );

    /// <summary>What a target is, for messages.</summary>
    public static string TargetForm { get; } =
        string.Create(
            CultureInfo.InvariantCulture,
            $"an http or https URL of at most {ListLimits.RedirectCharacters} visible ASCII characters"
        );

    /// <summary>The statuses that redirects of lists have; the first unless another is said.</summary>
    public static IReadOnlyList<int> StatusCodes { get; } = [301, 302, 307, 308];

    /// <summary>What an item is as a whole, for messages.</summary>
    public static string Form => "a redirect: source, target, status and flags, canonical, with a space between them";

    /// <summary>The source's part of an item.</summary>
    public static ReadOnlySpan<char> SourceOf(ReadOnlySpan<char> item) => item.IndexOf(' ') is >= 0 and var end ? item[..end] : item;

    /// <summary>An item as it stands in a list.</summary>
    public static string Write(RedirectItem item)
    {
        var flags =
            (item.IncludesSubdomains ? "d" : "")
            + (item.MatchesSubpaths ? "p" : "")
            + (item.PreservesQuery ? "q" : "")
            + (item.PreservesSuffix ? "s" : "");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{item.Source} {item.Target} {item.StatusCode} {(flags.Length == 0 ? "-" : flags)}"
        );
    }

    /// <summary>Reads an item.</summary>
    /// <returns>Null when it is none.</returns>
    public static RedirectItem? Read(string text)
    {
        var parts = text.Split(' ');
        if (
            parts is not [var source, var target, var status, var flags]
            || !TryReadSource(source, out var scheme, out var host, out var path)
            || !IsTarget(target)
            || !int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out var code)
            || !StatusCodes.Contains(code)
        )
        {
            return null;
        }

        var item = new RedirectItem(
            scheme,
            host,
            path,
            target,
            code,
            flags.Contains('d', StringComparison.Ordinal),
            flags.Contains('p', StringComparison.Ordinal),
            flags.Contains('q', StringComparison.Ordinal),
            flags.Contains('s', StringComparison.Ordinal)
        );
        return item;
    }

    /// <summary>Reads a source.</summary>
    public static bool TryReadSource(string text, out string scheme, out string host, out string path)
    {
        (scheme, host, path) = ("", "", "");
        if (text.Length > ListLimits.RedirectCharacters || !text.All(c => c is > ' ' and <= '~' and not ('?' or '#')))
        {
            return false;
        }

        foreach (var known in (ReadOnlySpan<string>)["http", "https"])
        {
            if (text.StartsWith(known + "://", StringComparison.OrdinalIgnoreCase))
            {
                scheme = known;
                text = text[(known.Length + 3)..];
                break;
            }
        }

        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var name = slash < 0 ? text : text[..slash];
        path = slash < 0 ? "/" : text[slash..];
        if (
            name.StartsWith('*')
            || name.StartsWith('.')
            || ListItem.Canonical(ListKind.Hostname, name) is not { } canonical
            || path.Count(c => c == '/') > ListLimits.RedirectSegments
        )
        {
            return false;
        }

        host = canonical;
        return true;
    }

    /// <summary>Whether visitors can be sent there.</summary>
    public static bool IsTarget(string text) =>
        text.Length <= ListLimits.RedirectCharacters
        && text.All(c => c is > ' ' and <= '~')
        && Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && uri.Scheme is "http" or "https"
        && text.StartsWith(uri.Scheme + "://", StringComparison.Ordinal)
        && uri.UserInfo.Length == 0;
}
