using System.Text.Json.Serialization;
using Holdfast.Model.StatusPage;
using Holdfast.Status.ReadApi;

namespace Holdfast.Status.Subscribers;

/// <summary>What subscribers are told, as it was when it happened.</summary>
/// <param name="PageId">The page's id.</param>
/// <param name="PageName">Whose page it is.</param>
/// <param name="PageUrl">Its address.</param>
/// <param name="Indicator">How the whole does, in Statuspage's word.</param>
/// <param name="Description">The same as a phrase.</param>
/// <param name="Incident">The incident, with the update that was posted.</param>
/// <param name="ComponentNames">The names of the components that it is about.</param>
internal sealed record Happening(
    string PageId,
    string PageName,
    string PageUrl,
    string Indicator,
    string Description,
    Incident Incident,
    List<string> ComponentNames
)
{
    /// <summary>Where it is read.</summary>
    [JsonIgnore]
    public string Url => $"{PageUrl}/incidents/{Incident.Id}";

    /// <summary>The update that was posted.</summary>
    [JsonIgnore]
    public IncidentUpdate Update => Incident.Updates[0];

    /// <summary>It, as the page says it now.</summary>
    public static Happening Of(StatusPageState state, Incident incident)
    {
        var overall = OverallStatus.Of(state);
        var profile = state.Profile;
        return new Happening(
            profile.Id,
            profile.Name,
            profile.Url,
            overall.Indicator,
            overall.Description,
            incident with
            {
                Updates = [incident.Updates[0]],
            },
            [.. state.Components.Where(component => incident.ComponentIds.Contains(component.Id)).Select(component => component.Name)]
        );
    }
}
