using System.Text.Json;
using Holdfast.Status.Providers;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Status.WriteApi;

/// <summary>Providers that origins stand on: <c>GET /v1/pages/ID/providers</c>. Holdfast's own; any token reads it.</summary>
internal sealed partial class WriteEndpoints
{
    private void MapProviders(IEndpointRouteBuilder routes) => Add(routes, "GET", "/v1/pages/{page}/providers", _ => Json(Providers));

    private void Providers(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("failover", "none");
        json.WriteString("failover_note", ProviderMap.Failover);
        json.WriteStartArray("providers");
        foreach (var load in lookout.Map().Providers)
        {
            json.WriteStartObject();
            json.WriteString("name", load.Provider.Name);
            json.WriteString("provider", load.Provider.Id);
            json.WriteString("region", load.Provider.Region);
            json.WriteString("title", load.Provider.Title);
            json.WriteStartArray("known_by");
            foreach (var how in load.Hows)
            {
                json.WriteStringValue(how);
            }

            json.WriteEndArray();
            json.WriteNumber("share", Math.Round(load.Share, 6));
            json.WriteStartArray("zones");
            foreach (var zone in load.Zones)
            {
                json.WriteStartObject();
                json.WriteString("id", zone.ZoneId);
                json.WriteString("name", zone.ZoneName);
                json.WriteNumber("share", Math.Round(zone.Share, 6));
                json.WriteNumber("of_zone", Math.Round(zone.OfZone, 6));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
