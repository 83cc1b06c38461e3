namespace Holdfast.Model.Certificates;

/// <summary>A certificate that an owner uploaded. The private key is never in the clear outside a process's memory.</summary>
public sealed record CertificateConfig
{
    /// <summary>Largest accepted PEM chain in bytes.</summary>
    public const int MaxChainBytes = 64 * 1024;

    /// <summary>Largest accepted <see cref="Priority"/>.</summary>
    public const int MaxPriority = 1_000_000;

    /// <summary>32 lower-case hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>The zone that owns it; it is served only for hosts of that zone.</summary>
    public required string ZoneId { get; init; }

    /// <summary>The names it is good for, from its subject alternative names: host names, wildcards or addresses, canonical.</summary>
    public required IReadOnlyList<string> Hosts { get; init; }

    /// <summary>Leaf first, then intermediates, as PEM (RFC 7468).</summary>
    public required string ChainPem { get; init; }

    /// <summary>The private key's PKCS#8 bytes, encrypted with the installation's secret key (AES-256-GCM: nonce, tag, ciphertext).</summary>
    public required byte[] EncryptedKey { get; init; }

    /// <summary>Of several certificates that would do, the one with the highest is served: 0 to 1,000,000. Default 0.</summary>
    public int Priority { get; init; }

    /// <summary>End of validity, UTC.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}
