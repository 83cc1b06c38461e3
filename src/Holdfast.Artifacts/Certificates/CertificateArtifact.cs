using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Json;
using Holdfast.Model.Certificates;
using Holdfast.Model.Releases;
using Holdfast.Releases.Canonical;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Keys;

namespace Holdfast.Artifacts.Certificates;

/// <summary>
/// A custom certificate as an artifact: <c>{"chain","expires_at","hosts":[...],"id","key","priority","zone_id"}</c>, the key sealed and as base64.
/// A priority that is missing is 0, so that an older control can feed a newer edge.
/// An expired certificate is still a good artifact: an edge that starts cold must not refuse what it served with.
/// </summary>
public sealed class CertificateArtifact : IArtifactCheck
{
    /// <summary>The format that <see cref="Write"/> makes, and the only one that is read.</summary>
    public const int FormatVersion = 1;

    /// <summary>Largest sealed private key in bytes: an RSA key of 8,192 bits takes about 4,700.</summary>
    public const int MaxKeyBytes = 16 * 1024;

    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";
    private const string ChainForm = "a PEM chain of 1 to 10 certificates, leaf first, with 1 to 100 subject alternative names";
    private const string KeyForm = "the sealed private key of the certificate: RSA of 2048 to 8192 bits, or EC P-256, P-384 or P-521";

    private readonly SecretBox _secrets;

    /// <summary>The check, which opens keys with this box; the box stays the caller's.</summary>
    public CertificateArtifact(SecretBox secrets)
    {
        _secrets = secrets;
    }

    /// <inheritdoc/>
    public ArtifactKind Kind => ArtifactKind.Certificate;

    /// <summary>The certificate's canonical bytes.</summary>
    public static byte[] Write(CertificateConfig certificate) =>
        CanonicalJson.Write(
            new JsonObject
            {
                ["id"] = certificate.Id,
                ["zone_id"] = certificate.ZoneId,
                ["hosts"] = new JsonArray([.. certificate.Hosts.Select(host => (JsonNode)host)]),
                ["chain"] = certificate.ChainPem,
                ["key"] = Convert.ToBase64String(certificate.EncryptedKey),
                ["priority"] = certificate.Priority,
                ["expires_at"] = certificate.ExpiresAt.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture),
            }
        );

    /// <summary>Reads a certificate, without opening its key. Never throws for what the bytes are.</summary>
    /// <param name="formatVersion">The payload's format.</param>
    /// <param name="payload">The payload.</param>
    /// <param name="certificate">The certificate when there is no problem.</param>
    /// <param name="problems">Every problem found.</param>
    public static bool TryParse(
        int formatVersion,
        ReadOnlySpan<byte> payload,
        [NotNullWhen(true)] out CertificateConfig? certificate,
        out IReadOnlyList<ArtifactProblem> problems
    )
    {
        var found = new List<ArtifactProblem>();
        problems = found;
        certificate = null;
        if (formatVersion != FormatVersion)
        {
            found.Add(new ArtifactProblem("", $"format {formatVersion}", $"format {FormatVersion}"));
            return false;
        }

        if (!StrictJson.TryParse(payload, found, out var document))
        {
            return false;
        }

        using (document)
        {
            var read = Read(document.RootElement, found);
            certificate = found.Count == 0 ? read : null;
            return certificate is not null;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<ArtifactProblem> Check(int formatVersion, ReadOnlySpan<byte> payload)
    {
        if (!TryParse(formatVersion, payload, out var certificate, out var problems))
        {
            return problems;
        }

        using var opened = Join(certificate, _secrets, out _, out var error);
        return opened is null ? [new ArtifactProblem("/key", error!, KeyForm)] : [];
    }

    /// <summary>The leaf with its private key, and the certificates between it and a root, ready for TLS.</summary>
    /// <param name="certificate">A certificate that passed the check.</param>
    /// <param name="secrets">Opens the key.</param>
    /// <param name="intermediates">The rest of the chain; the caller disposes it and the leaf.</param>
    /// <exception cref="ArtifactRefusedException">The key cannot be opened or does not belong to the leaf.</exception>
    public static X509Certificate2 Open(CertificateConfig certificate, SecretBox secrets, out X509Certificate2Collection intermediates) =>
        Join(certificate, secrets, out intermediates, out var error) ?? throw new ArtifactRefusedException($"the certificate has {error}");

    /// <summary>The certificate's private key as PKCS#8, in the clear: the caller clears it.</summary>
    /// <returns>Null when the box does not open it.</returns>
    internal static byte[]? OpenKey(CertificateConfig certificate, SecretBox secrets) =>
        secrets.TryOpen(certificate.EncryptedKey, Encoding.ASCII.GetBytes(certificate.Id), out var pkcs8) ? pkcs8 : null;

    /// <summary>Seals a private key for a certificate.</summary>
    /// <param name="secrets">The installation's box.</param>
    /// <param name="certificateId">The certificate's id, without which it cannot be opened.</param>
    /// <param name="pkcs8">The key's PKCS#8 bytes.</param>
    public static byte[] SealKey(SecretBox secrets, string certificateId, ReadOnlySpan<byte> pkcs8) =>
        secrets.Seal(pkcs8, Encoding.ASCII.GetBytes(certificateId));

    private static X509Certificate2? Join(
        CertificateConfig certificate,
        SecretBox secrets,
        out X509Certificate2Collection intermediates,
        out string? error
    )
    {
        intermediates = [];
        using var chain = CertificateChain.Parse(certificate.ChainPem, out error);
        if (chain is null)
        {
            return null;
        }

        if (!secrets.TryOpen(certificate.EncryptedKey, Encoding.ASCII.GetBytes(certificate.Id), out var pkcs8))
        {
            error = "a private key that this installation's secret key does not open";
            return null;
        }

        var leaf = chain.WithKey(pkcs8, out error);
        CryptographicOperations.ZeroMemory(pkcs8);
        intermediates = leaf is null ? intermediates : chain.TakeIntermediates();
        return leaf;
    }

    private static CertificateConfig? Read(JsonElement root, List<ArtifactProblem> problems)
    {
        var members = new JsonMembers(root, "", problems);
        var id = ReadId(members, "id");
        var zoneId = ReadId(members, "zone_id");
        var pem = members.RequireText("chain", ChainForm);
        var key = ReadKey(members);
        var expiresAt = ReadTime(members);
        var hosts = ReadHosts(members);
        var priority = ReadPriority(members);
        members.RefuseOthers();
        if (pem is null || problems.Count > 0)
        {
            return null;
        }

        if (Encoding.UTF8.GetByteCount(pem) > CertificateConfig.MaxChainBytes)
        {
            members.Report("chain", $"{Encoding.UTF8.GetByteCount(pem)} bytes", $"at most {CertificateConfig.MaxChainBytes} bytes");
            return null;
        }

        using var chain = CertificateChain.Parse(pem, out var error);
        if (chain is null)
        {
            members.Report("chain", error!, ChainForm);
            return null;
        }

        if (!hosts.SequenceEqual(chain.Hosts))
        {
            members.Report("hosts", "not what the certificate says", "its subject alternative names, canonical and in their order");
        }

        if (expiresAt != chain.NotAfter)
        {
            members.Report("expires_at", "not what the certificate says", "the end of its validity");
        }

        return new CertificateConfig
        {
            Id = id!,
            ZoneId = zoneId!,
            Hosts = chain.Hosts,
            ChainPem = pem,
            EncryptedKey = key,
            Priority = priority,
            ExpiresAt = expiresAt,
        };
    }

    private static string? ReadId(JsonMembers members, string name)
    {
        var id = members.RequireText(name, ArtifactId.Form);
        if (id is not null && !ArtifactId.IsWellFormed(id))
        {
            members.Report(name, "something else", ArtifactId.Form);
        }

        return id;
    }

    private static byte[] ReadKey(JsonMembers members)
    {
        if (members.RequireText("key", KeyForm) is not { } text)
        {
            return [];
        }

        var key = new byte[Math.Min(text.Length, MaxKeyBytes * 2)];
        if (Convert.TryFromBase64String(text, key, out var length) && length > SecretBox.Overhead && length <= MaxKeyBytes)
        {
            return key[..length];
        }

        members.Report("key", "something else", $"base64 of {SecretBox.Overhead + 1} to {MaxKeyBytes} bytes");
        return [];
    }

    private static int ReadPriority(JsonMembers members)
    {
        if (!members.TryGet("priority", out var value))
        {
            return 0;
        }

        if (
            value.ValueKind == JsonValueKind.Number
            && value.TryGetInt32(out var priority)
            && priority is >= 0 and <= CertificateConfig.MaxPriority
        )
        {
            return priority;
        }

        members.Report("priority", StrictJson.Describe(value), $"a whole number from 0 to {CertificateConfig.MaxPriority}");
        return 0;
    }

    private static DateTimeOffset ReadTime(JsonMembers members)
    {
        var text = members.RequireText("expires_at", "a UTC time");
        if (
            DateTimeOffset.TryParseExact(text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            || text is null
        )
        {
            return time;
        }

        members.Report("expires_at", "something else", "a UTC time such as 2026-01-31T00:00:00Z");
        return default;
    }

    private static List<string> ReadHosts(JsonMembers members)
    {
        var hosts = new List<string>();
        if (!members.TryRequire("hosts", "an array of names", out var value))
        {
            return hosts;
        }

        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() is 0 or > CertificateChain.MaxHosts)
        {
            members.Report("hosts", StrictJson.Describe(value), $"an array of 1 to {CertificateChain.MaxHosts} names");
            return hosts;
        }

        foreach (var item in value.EnumerateArray())
        {
            if (StrictJson.TextOf(item) is { } host)
            {
                hosts.Add(host);
            }
            else
            {
                members.Report("hosts", StrictJson.Describe(item), "a name");
            }
        }

        return hosts;
    }
}
