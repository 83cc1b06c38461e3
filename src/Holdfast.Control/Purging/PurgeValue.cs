using System.Text;
using Holdfast.Model.Purging;
using Holdfast.Model.Zones;

namespace Holdfast.Control.Purging;

/// <summary>What can be purged of a zone, brought into the form that <see cref="Purge.Values"/> has.</summary>
internal static class PurgeValue
{
    /// <summary>Why a text selects nothing of the zone, as one sentence, or null.</summary>
    /// <param name="kind">What it selects by.</param>
    /// <param name="text">What the user wrote.</param>
    /// <param name="zone">The zone's canonical name.</param>
    /// <param name="value">What it selects.</param>
    public static string? Problem(PurgeKind kind, string text, string zone, out string? value)
    {
        value = null;
        return Encoding.UTF8.GetByteCount(text) > PurgeLimits.LongestValue
            ? $"it is longer than {PurgeLimits.LongestValue} bytes"
            : kind switch
            {
                PurgeKind.Tag => OfTag(text, out value),
                PurgeKind.Host => OfHost(text, zone, out value),
                PurgeKind.Prefix => OfPrefix(text, zone, out value),
                _ => OfUrl(text, zone, out value),
            };
    }

    private static string? OfTag(string text, out string? value)
    {
        value = text.Trim();
        return value.Length == 0 ? "a tag has at least one character"
            : value.Contains(',') ? "a comma separates tags"
            : value.Any(char.IsControl) ? "a tag has no control characters"
            : Encoding.UTF8.GetByteCount(value) > PurgeLimits.LongestTag ? $"a tag has at most {PurgeLimits.LongestTag} bytes"
            : null;
    }

    private static string? OfHost(string text, string zone, out string? value) =>
        !ZoneName.TryNormalize(text, out value, out _) || value.Contains('*')
            ? "it is no host name; a host has no scheme, no port and no path"
            : Foreign(value, zone);

    private static string? OfPrefix(string text, string zone, out string? value)
    {
        value = null;
        if (text.Contains("://", StringComparison.Ordinal) || text.Contains('?') || text.Contains('#'))
        {
            return "a prefix is HOST/PATH, without scheme, query and fragment";
        }

        return text.Count(letter => letter == '/') > PurgeLimits.MostSlashes
            ? $"a prefix has at most {PurgeLimits.MostSlashes} slashes"
            : OfUrl("http://" + text, zone, out value);
    }

    private static string? OfUrl(string text, string zone, out string? value)
    {
        value = null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0)
        {
            return "it is no URL such as https://www.example.com/css/styles.css";
        }

        if (uri.UserInfo.Length > 0 || uri.Fragment.Length > 0)
        {
            return "a URL to purge has no user and no fragment";
        }

        if (uri.AbsolutePath.EndsWith("/*", StringComparison.Ordinal))
        {
            return "a URL is no pattern; what begins alike is purged by prefix";
        }

        // As it was written: what is no name of the internet makes the framework's own form throw.
        if (!ZoneName.TryNormalize(uri.Host, out var host, out var error))
        {
            return error;
        }

        value = host + uri.PathAndQuery;
        return value.Length > PurgeLimits.LongestValue ? $"it is longer than {PurgeLimits.LongestValue} bytes" : Foreign(host, zone);
    }

    private static string? Foreign(string host, string zone)
    {
        var name = zone.StartsWith("*.", StringComparison.Ordinal) ? zone[2..] : zone;
        var belongs = zone == ZoneName.CatchAll || (host == name && name == zone) || host.EndsWith("." + name, StringComparison.Ordinal);
        return belongs ? null : $"{host} does not belong to the zone {zone}";
    }
}
