namespace Holdfast.Model.Lists;

/// <summary>An item of a list of redirects: from where to where.</summary>
/// <param name="Scheme"><c>http</c> or <c>https</c>; empty for both.</param>
/// <param name="Host">The host, in lower case.</param>
/// <param name="Path">The path; <c>/</c> at least.</param>
/// <param name="Target">The URL that visitors are sent to.</param>
/// <param name="StatusCode">One of 301, 302, 307 and 308.</param>
/// <param name="IncludesSubdomains">Whether hosts below <paramref name="Host"/> are meant too.</param>
/// <param name="MatchesSubpaths">Whether what lies below <paramref name="Path"/> is meant too.</param>
/// <param name="PreservesQuery">Whether the request's query goes along.</param>
/// <param name="PreservesSuffix">Whether what lies below <paramref name="Path"/> goes along.</param>
public sealed record RedirectItem(
    string Scheme,
    string Host,
    string Path,
    string Target,
    int StatusCode,
    bool IncludesSubdomains,
    bool MatchesSubpaths,
    bool PreservesQuery,
    bool PreservesSuffix
)
{
    /// <summary>Where from, as it stands in a list: <c>example.com/old</c>.</summary>
    public string Source => (Scheme.Length == 0 ? "" : Scheme + "://") + Host + Path;
}
