using System.Text.Json;
using Holdfast.Status.OutsideStatus;
using Holdfast.Status.Providers;
using Holdfast.Status.ReadApi;
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
        var outside = lookout.Outside();
        json.WriteStartArray("outside");
        foreach (var service in outside)
        {
            Outside(json, service);
        }

        json.WriteEndArray();
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
            json.WriteStartArray("outside");
            foreach (var service in outside.Where(service => service.Is(load.Provider)))
            {
                json.WriteStartObject();
                json.WriteString("name", service.Name);
                json.WriteString("state", service.StateFor(load.Provider.Region));
                json.WriteString("said", service.SaidOf(load.Provider.Region));
                json.WriteEndObject();
            }

            json.WriteEndArray();
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

    private static void Outside(Utf8JsonWriter json, OutsideService service)
    {
        json.WriteStartObject();
        json.WriteString("name", service.Name);
        json.WriteString("provider", service.ProviderId);
        json.WriteString("state", service.State);
        json.WriteString("problem", service.Problem);
        V2Writer.Time(json, "looked_at", service.LookedAt);
        json.WriteStartArray("troubles");
        foreach (var trouble in service.Troubles)
        {
            json.WriteStartObject();
            json.WriteString("title", trouble.Title);
            V2Writer.Time(json, "told_at", trouble.At);
            json.WriteStartArray("regions");
            foreach (var region in trouble.Regions)
            {
                json.WriteStringValue(region);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
