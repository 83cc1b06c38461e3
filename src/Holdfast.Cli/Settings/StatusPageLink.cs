using System.Net;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Settings;

/// <summary>
/// Where error pages send visitors for the state of things, when <c>edge.status_page</c> does not say: to the page that <c>up</c> runs
/// beside the edge, where whoever can reach the sites can reach it too.
/// </summary>
internal static class StatusPageLink
{
    /// <summary>Tells an edge. A setting in the file wins.</summary>
    public const string Variable = "HOLDFAST_STATUS_PAGE";

    /// <summary>The link of an edge, or null.</summary>
    /// <exception cref="CliFailure">It is no web address.</exception>
    public static string? Read(Func<string, string?> environment) =>
        environment(Variable) is { Length: > 0 } told ? new SettingValue([told], Variable).WebAddress() : null;

    /// <summary>The link to a page of this machine, or null where visitors may not reach it.</summary>
    /// <param name="page">Where the page listens.</param>
    /// <param name="sites">Where the edge listens.</param>
    public static string? For(IPEndPoint page, IEnumerable<IPEndPoint> sites)
    {
        var isAny = page.Address.Equals(IPAddress.Any) || page.Address.Equals(IPAddress.IPv6Any);
        var isReached = IPAddress.IsLoopback(page.Address) ? sites.All(site => IPAddress.IsLoopback(site.Address)) : !isAny;
        return isReached ? $"http://{page}" : null;
    }
}
