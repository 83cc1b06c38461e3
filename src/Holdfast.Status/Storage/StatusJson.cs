using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Model.StatusPage;

namespace Holdfast.Status.Storage;

/// <summary>How the store writes its documents: snake case, states by name, so that a file can be read by a person and by later builds.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(ComponentStatusConverter), typeof(IncidentStatusConverter), typeof(IncidentImpactConverter)]
)]
[JsonSerializable(typeof(StatusPageProfile))]
[JsonSerializable(typeof(Component))]
[JsonSerializable(typeof(Incident))]
internal sealed partial class StatusJson : JsonSerializerContext;

/// <summary><c>major_outage</c></summary>
internal sealed class ComponentStatusConverter() : JsonStringEnumConverter<ComponentStatus>(JsonNamingPolicy.SnakeCaseLower, false);

/// <summary><c>in_progress</c></summary>
internal sealed class IncidentStatusConverter() : JsonStringEnumConverter<IncidentStatus>(JsonNamingPolicy.SnakeCaseLower, false);

/// <summary><c>critical</c></summary>
internal sealed class IncidentImpactConverter() : JsonStringEnumConverter<IncidentImpact>(JsonNamingPolicy.SnakeCaseLower, false);
