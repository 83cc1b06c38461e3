using Holdfast.Model.StatusPage;

namespace Holdfast.Status.ReadApi;

/// <summary>How the whole does, in Statuspage's indicator and words.</summary>
/// <param name="Indicator"><c>none</c>, <c>minor</c>, <c>major</c>, <c>critical</c> or <c>maintenance</c>.</param>
/// <param name="Description">The same as a phrase for people.</param>
internal sealed record OverallStatus(string Indicator, string Description)
{
    /// <summary>The page's.</summary>
    public static OverallStatus Of(StatusPageState state) =>
        state.Indicator switch
        {
            IncidentImpact.Critical => new("critical", "Major Service Outage"),
            IncidentImpact.Major => new("major", "Partial System Outage"),
            IncidentImpact.Minor => new("minor", "Minor Service Outage"),
            IncidentImpact.Maintenance => new("maintenance", "Service Under Maintenance"),
            _ => new("none", "All Systems Operational"),
        };
}
