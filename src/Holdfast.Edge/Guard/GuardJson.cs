using System.Text.Json;
using System.Text.Json.Nodes;

namespace Holdfast.Edge.Guard;

/// <summary>The guard's part of the edge's state and of its health records.</summary>
internal static class GuardJson
{
    /// <summary>Most breakers listed, those first that failed last.</summary>
    public const int MostBreakers = 100;

    /// <summary>Writes the member <c>guard</c>.</summary>
    public static void Write(Utf8JsonWriter json, EdgeGuard guard)
    {
        json.WritePropertyName("guard");
        Of(guard).WriteTo(json);
    }

    /// <summary>Faults in all, lost threads, and the modules that have failed in a zone: how often, how last, and whether they run.</summary>
    public static JsonObject Of(EdgeGuard guard) =>
        new()
        {
            ["faults"] = guard.AllFaults,
            ["lost_threads"] = guard.LostThreads,
            ["modules"] = new JsonArray([
                .. guard
                    .Breakers.OrderByDescending(breaker => breaker.LastAt)
                    .Take(MostBreakers)
                    .Select(breaker => new JsonObject
                    {
                        ["module"] = EdgeModules.NameOf(breaker.Module),
                        ["zone"] = breaker.Zone.Id,
                        ["breaker"] = JsonNamingPolicy.SnakeCaseLower.ConvertName(breaker.State.ToString()),
                        ["faults"] = breaker.Total,
                        ["last"] = breaker.Last,
                        ["generation"] = breaker.LastGeneration,
                        ["last_at"] = breaker.LastAt.UtcDateTime,
                    }),
            ]),
        };
}
