using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Model.StatusPage;
using Holdfast.Status.Drafts;
using Holdfast.Status.Watching;

namespace Holdfast.Status.Storage;

/// <summary>How the store writes its documents: snake case, states by name, so that a file can be read by a person and by later builds.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [
        typeof(ComponentStatusConverter),
        typeof(IncidentStatusConverter),
        typeof(IncidentImpactConverter),
        typeof(WatchKindConverter),
        typeof(SignKindConverter),
        typeof(DraftStateConverter),
    ]
)]
[JsonSerializable(typeof(StatusPageProfile))]
[JsonSerializable(typeof(Component))]
[JsonSerializable(typeof(Incident))]
[JsonSerializable(typeof(Watch))]
[JsonSerializable(typeof(Draft))]
[JsonSerializable(typeof(TokenRow))]
internal sealed partial class StatusJson : JsonSerializerContext;

/// <summary><c>major_outage</c></summary>
internal sealed class ComponentStatusConverter() : JsonStringEnumConverter<ComponentStatus>(JsonNamingPolicy.SnakeCaseLower, false);

/// <summary><c>in_progress</c></summary>
internal sealed class IncidentStatusConverter() : JsonStringEnumConverter<IncidentStatus>(JsonNamingPolicy.SnakeCaseLower, false);

/// <summary><c>critical</c></summary>
internal sealed class IncidentImpactConverter() : JsonStringEnumConverter<IncidentImpact>(JsonNamingPolicy.SnakeCaseLower, false);

/// <summary><c>edge</c></summary>
internal sealed class WatchKindConverter() : JsonStringEnumConverter<WatchKind>(JsonNamingPolicy.SnakeCaseLower, false);

/// <summary><c>edge_errors</c></summary>
internal sealed class SignKindConverter() : JsonStringEnumConverter<SignKind>(JsonNamingPolicy.SnakeCaseLower, false);

/// <summary><c>published</c></summary>
internal sealed class DraftStateConverter() : JsonStringEnumConverter<DraftState>(JsonNamingPolicy.SnakeCaseLower, false);
