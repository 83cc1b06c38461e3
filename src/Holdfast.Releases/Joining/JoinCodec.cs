using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Holdfast.Releases.Wire;

namespace Holdfast.Releases.Joining;

/// <summary>What a joining edge sends, and what it gets; strict JSON in both directions.</summary>
public static class JoinCodec
{
    /// <summary>Largest request in bytes.</summary>
    public const int MaxRequestBytes = 4 * 1024;

    /// <summary>Largest answer in bytes: some twenty public keys.</summary>
    public const int MaxAnswerBytes = 64 * 1024;

    /// <summary>Writes a request.</summary>
    public static byte[] Encode(JoinRequest request) => JsonSerializer.SerializeToUtf8Bytes(request, WireJson.Default.JoinRequest);

    /// <summary>Writes an answer.</summary>
    public static byte[] Encode(JoinAnswer answer) => JsonSerializer.SerializeToUtf8Bytes(answer, WireJson.Default.JoinAnswer);

    /// <summary>Reads a request. Never throws for what the bytes are.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out JoinRequest? request) =>
        (request = Read(bytes, WireJson.Default.JoinRequest)) is not null;

    /// <summary>Reads an answer. Never throws for what the bytes are.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out JoinAnswer? answer) =>
        (answer = Read(bytes, WireJson.Default.JoinAnswer)) is not null;

    private static T? Read<T>(ReadOnlySpan<byte> bytes, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>What an edge sends to join; who it is says the certificate of its connection.</summary>
public sealed record JoinRequest
{
    /// <summary>The join token's secret.</summary>
    public required string Secret { get; init; }

    /// <summary>The public half of a key that was made for this one answer (SubjectPublicKeyInfo, P-256).</summary>
    public required byte[] SealingKey { get; init; }
}

/// <summary>What an edge needs from then on.</summary>
public sealed record JoinAnswer
{
    /// <summary>The node's name, which the join token was made for.</summary>
    public required string Node { get; init; }

    /// <summary>The public keys whose releases the edge is to believe, PEM.</summary>
    public required IReadOnlyList<string> TrustedKeys { get; init; }

    /// <summary>The installation's secret key, sealed for <see cref="JoinRequest.SealingKey"/>, see <see cref="JoinSeal"/>.</summary>
    public required byte[] SealedSecretKey { get; init; }
}
