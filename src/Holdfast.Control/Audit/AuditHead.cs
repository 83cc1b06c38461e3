using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Releases.Canonical;
using Holdfast.Releases.Keys;
using Holdfast.Releases.Signing;

namespace Holdfast.Control.Audit;

/// <summary>
/// The end of the audit log at some moment, signed: it says that the log was at least this long and ended in this hash. It is kept
/// beside the keys, apart from the database, so that entries cannot be cut off the database's end unnoticed.
/// </summary>
public sealed record AuditHead
{
    /// <summary>The newest entry's number; 0 when there was none.</summary>
    public required long Sequence { get; init; }

    /// <summary>The newest entry's hash.</summary>
    public required string Hash { get; init; }

    /// <summary>When it was signed.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The key that signed it, see <see cref="SigningKey.Id"/>.</summary>
    public required string KeyId { get; init; }

    /// <summary>The signature, base64.</summary>
    public required string Signature { get; init; }

    /// <summary>Signs the head of a log.</summary>
    public static AuditHead Sign(SigningKey key, long sequence, string hash, DateTimeOffset at)
    {
        var head = new AuditHead
        {
            Sequence = sequence,
            Hash = hash,
            At = DateTimeOffset.FromUnixTimeMilliseconds(at.ToUnixTimeMilliseconds()),
            KeyId = key.Id,
            Signature = "",
        };
        return head with { Signature = Convert.ToBase64String(key.Sign(head.SignedBytes())) };
    }

    /// <summary>Whether one of these keys made the signature.</summary>
    public bool IsSignedBy(VerificationKeys keys)
    {
        var signature = new byte[64];
        return Convert.TryFromBase64String(Signature, signature, out var length)
            && keys.Verify(KeyId, SignedBytes(), signature.AsSpan(0, length), out _);
    }

    /// <summary>Writes it to a file.</summary>
    /// <exception cref="KeyFileException">It cannot be written.</exception>
    public void Save(string path) => KeyFile.Replace(path, Encoding.UTF8.GetBytes(ToJson().ToJsonString() + "\n"));

    /// <summary>Reads it from a file.</summary>
    /// <returns>Null when there is no file.</returns>
    /// <exception cref="KeyFileException">It cannot be read, or is no head.</exception>
    public static AuditHead? Load(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(KeyFile.Read(path));
            return TryRead(document.RootElement, out var head) ? head : throw new KeyFileException(path, "it holds no audit head");
        }
        catch (JsonException e)
        {
            throw new KeyFileException(path, "it is no JSON", e);
        }
    }

    /// <summary>The head as the API shows it and the file keeps it.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["sequence"] = Sequence,
            ["hash"] = Hash,
            ["at"] = Envelope.ApiAnswer.Time(At.UtcDateTime),
            ["key_id"] = KeyId,
            ["signature"] = Signature,
        };

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    public static bool TryRead(JsonElement json, [NotNullWhen(true)] out AuditHead? head)
    {
        head = null;
        try
        {
            head = new AuditHead
            {
                Sequence = json.GetProperty("sequence").GetInt64(),
                Hash = json.GetProperty("hash").GetString() ?? "",
                At = json.GetProperty("at").GetDateTimeOffset(),
                KeyId = json.GetProperty("key_id").GetString() ?? "",
                Signature = json.GetProperty("signature").GetString() ?? "",
            };
            return true;
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return false;
        }
    }

    private byte[] SignedBytes() =>
        CanonicalJson.Write(
            new JsonObject
            {
                ["at"] = Envelope.ApiAnswer.Time(At.UtcDateTime),
                ["hash"] = Hash,
                ["holdfast"] = "audit-head",
                ["sequence"] = Sequence.ToString(CultureInfo.InvariantCulture),
            }
        );
}
