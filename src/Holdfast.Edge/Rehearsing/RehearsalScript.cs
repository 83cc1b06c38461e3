using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Model.Releases;
using Holdfast.Model.Releases.Rehearsals;
using Holdfast.Releases.Signing;

namespace Holdfast.Edge.Rehearsing;

/// <summary>What is to be rehearsed: what an edge sends to its taster, and what that plays.</summary>
internal sealed record RehearsalScript
{
    /// <summary>Names it in the report.</summary>
    public required string Id { get; init; }

    /// <summary>The proposed artifact, as a release that nobody has signed.</summary>
    public required Release Proposed { get; init; }

    /// <summary>What is in use of the same artifact, or null.</summary>
    public Release? Live { get; init; }

    /// <summary>What is in use beside it, on both sides.</summary>
    public IReadOnlyList<Release> Beside { get; init; } = [];

    /// <summary>The sample, as it lies on the disk.</summary>
    public IReadOnlyList<byte[]> Samples { get; init; } = [];

    /// <summary>What was left out, or null.</summary>
    public string? Note { get; init; }

    /// <summary>An order's artifact as a release: with the lowest generation, so that it could never take anything's place.</summary>
    public static Release ReleaseOf(RehearsalOrder order) =>
        new()
        {
            Kind = order.Kind,
            Name = order.Name,
            Generation = 1,
            FormatVersion = order.FormatVersion,
            CreatedAt = DateTimeOffset.UnixEpoch,
            Payload = order.Payload,
            Digest = ReleaseDigest.Of(order.Payload.Span),
            KeyId = new string('0', 32),
            Signature = new byte[64],
        };

    /// <summary>What the last frame of it says.</summary>
    public byte[] Closing() =>
        JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["id"] = Id, ["note"] = Note }, JsonSerializerOptions.Default);

    /// <summary>Reads <see cref="Closing"/>.</summary>
    public static (string Id, string? Note) ReadClosing(ReadOnlySpan<byte> bytes)
    {
        var reader = new Utf8JsonReader(bytes);
        using var document = JsonDocument.ParseValue(ref reader);
        return (document.RootElement.GetProperty("id").GetString() ?? "", document.RootElement.GetProperty("note").GetString());
    }
}
