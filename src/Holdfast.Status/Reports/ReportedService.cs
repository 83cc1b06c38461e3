using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Status.Reports;

/// <summary>Something that visitors can report problems with: a component of this page, or a service of somebody else's.</summary>
internal sealed record ReportedService
{
    /// <summary>Twelve lower-case letters and digits.</summary>
    public required string Id { get; init; }

    /// <summary>Its place in addresses, <c>/reports/SLUG</c>: lower-case letters, digits and hyphens. No two have the same.</summary>
    public required string Slug { get; init; }

    /// <summary>What people call it. One that is a component has that one's name as long as it is there.</summary>
    public required string Name { get; init; }

    /// <summary>The component that it is, which makes it one of ours; null for a service of somebody else's.</summary>
    public string? ComponentId { get; init; }

    /// <summary>Its own site, or null.</summary>
    public string? Url { get; init; }

    /// <summary>What it stands under in the list: <c>Clouds</c>; null for the rest.</summary>
    public string? Category { get; init; }

    /// <summary>When it was added.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>How the store writes services.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(ReportLevelConverter)]
)]
[JsonSerializable(typeof(ReportedService))]
[JsonSerializable(typeof(ReportState))]
internal sealed partial class ReportsJson : JsonSerializerContext
{
    /// <summary>A service as the audit log keeps it; null for none.</summary>
    public static string? Text(ReportedService? service) =>
        service is null ? null : JsonSerializer.Serialize(service, Default.ReportedService);
}

/// <summary><c>possible</c></summary>
internal sealed class ReportLevelConverter() : JsonStringEnumConverter<ReportLevel>(JsonNamingPolicy.SnakeCaseLower, false);
