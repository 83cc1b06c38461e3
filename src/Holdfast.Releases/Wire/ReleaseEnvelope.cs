using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Releases.Joining;

namespace Holdfast.Releases.Wire;

/// <summary>A release as it stands on the wire, in files and in control's database.</summary>
internal sealed record ReleaseEnvelope
{
    public required string Kind { get; init; }

    public required string Name { get; init; }

    public required long Generation { get; init; }

    public required int Format { get; init; }

    public required string CreatedAt { get; init; }

    public required bool Removed { get; init; }

    public required string Digest { get; init; }

    public required string KeyId { get; init; }

    public required byte[] Signature { get; init; }

    public required byte[] Payload { get; init; }
}

/// <summary>One line of the feed; the release is read apart, so that one that cannot be read is refused alone.</summary>
internal sealed record FeedLine
{
    public required long Position { get; init; }

    public required JsonElement? Release { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PurgeLine? Purge { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PurgedLine? Purged { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RehearsalLine? Rehearsal { get; init; }
}

/// <summary>An order to rehearse on the wire.</summary>
internal sealed record RehearsalLine
{
    public required string Id { get; init; }

    public required string Kind { get; init; }

    public required string Name { get; init; }

    public required int Format { get; init; }

    public required byte[] Payload { get; init; }
}

/// <summary>A purge on the wire and in control's database.</summary>
internal sealed record PurgeLine
{
    public required byte[] Payload { get; init; }

    public required string KeyId { get; init; }

    public required byte[] Signature { get; init; }
}

/// <summary>A place in the purge log on the wire.</summary>
internal sealed record PurgedLine
{
    public required string Log { get; init; }

    public required long Sequence { get; init; }
}

/// <summary>A line of an edge's journal of purges: a mark, or with <see cref="Log"/> where the purge log stands.</summary>
internal sealed record JournalLine
{
    public string? Log { get; init; }

    public long Sequence { get; init; }

    public long Floor { get; init; }

    public long Number { get; init; }

    public string? Zone { get; init; }

    public string? Kind { get; init; }

    public string? Value { get; init; }
}

/// <summary>One upward record on the wire.</summary>
internal sealed record UplinkLine
{
    public required string Node { get; init; }

    public required long Sequence { get; init; }

    public required DateTimeOffset At { get; init; }

    public required string Type { get; init; }

    public required JsonElement Body { get; init; }
}

/// <summary>Control's answer to a batch of upward records.</summary>
internal sealed record UplinkAnswer
{
    public required long Sequence { get; init; }
}

/// <summary>A key as it is announced.</summary>
internal sealed record KeyPayload
{
    public required string Id { get; init; }

    /// <summary>PEM.</summary>
    public required string PublicKey { get; init; }

    /// <summary>Whether it is believed no more.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Retired { get; init; }
}

/// <summary>What an edge that has joined keeps of it.</summary>
internal sealed record NodeRecord
{
    public required string Node { get; init; }

    /// <summary>The certificate of control's authority, PEM.</summary>
    public required string Authority { get; init; }
}

/// <summary>How all of them are read: unknown, missing and repeated members are refused.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = 32
)]
[JsonSerializable(typeof(ReleaseEnvelope))]
[JsonSerializable(typeof(FeedLine))]
[JsonSerializable(typeof(PurgeLine))]
[JsonSerializable(typeof(JournalLine))]
[JsonSerializable(typeof(UplinkLine))]
[JsonSerializable(typeof(UplinkLine[]))]
[JsonSerializable(typeof(UplinkAnswer))]
[JsonSerializable(typeof(KeyPayload))]
[JsonSerializable(typeof(JoinRequest))]
[JsonSerializable(typeof(JoinAnswer))]
[JsonSerializable(typeof(NodeRecord))]
internal sealed partial class WireJson : JsonSerializerContext;
