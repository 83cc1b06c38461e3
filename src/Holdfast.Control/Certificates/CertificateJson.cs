using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Control.Envelope;
using Holdfast.Control.Storage;

namespace Holdfast.Control.Certificates;

/// <summary>A certificate as the API shows it.</summary>
internal static class CertificateJson
{
    public static readonly string[] Statuses = ["active", "expired", "deleted", "pending", "initializing"];

    public static JsonNode Of(StoredCertificate stored, DateTimeOffset now)
    {
        using var leaf = X509Certificate2.CreateFromPem(stored.Config.ChainPem);
        return new JsonObject
        {
            ["id"] = stored.Config.Id,
            ["zone_id"] = stored.Config.ZoneId,
            ["hosts"] = new JsonArray([.. stored.Config.Hosts.Select(host => (JsonNode)host)]),
            ["issuer"] = leaf.GetNameInfo(X509NameType.SimpleName, forIssuer: true),
            ["signature"] = leaf.SignatureAlgorithm.FriendlyName,
            ["status"] = Status(stored, now),
            ["bundle_method"] = "force",
            ["priority"] = stored.Config.Priority,
            ["uploaded_on"] = ApiAnswer.Time(stored.CreatedAt),
            ["modified_on"] = ApiAnswer.Time(stored.ModifiedAt),
            ["expires_on"] = ApiAnswer.Time(stored.Config.ExpiresAt.UtcDateTime),
        };
    }

    /// <summary><c>active</c> or <c>expired</c>; it is in use from the moment it is uploaded.</summary>
    public static string Status(StoredCertificate stored, DateTimeOffset now) => stored.Config.ExpiresAt > now ? "active" : "expired";

    /// <summary>The entity tag of a zone's certificates together: another one when any was added, changed or removed.</summary>
    public static long Tag(IEnumerable<StoredCertificate> certificates)
    {
        var text = new StringBuilder();
        foreach (var stored in certificates.OrderBy(stored => stored.Config.Id, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"{stored.Config.Id} {stored.Generation}\n");
        }

        return Preconditions.TagOf(text.ToString());
    }
}
