namespace Holdfast.Control.Storage;

/// <summary>An operator: a person who signs in.</summary>
internal sealed class OperatorRow
{
    public required string Id { get; set; }

    /// <summary>The e-mail address in lower case.</summary>
    public required string Email { get; set; }

    public required string Name { get; set; }

    public int Role { get; set; }

    public bool Disabled { get; set; }

    /// <summary>Guards every write: compare-and-set; also the ETag.</summary>
    public long Generation { get; set; }

    /// <summary>See <see cref="Operators.Passwords.PasswordHash"/>.</summary>
    public required string PasswordHash { get; set; }

    /// <summary>The TOTP secret, sealed for this operator; null without one.</summary>
    public byte[]? TotpSecret { get; set; }

    /// <summary>Whether a code was shown to fit: before that the secret is not asked for.</summary>
    public bool TotpConfirmed { get; set; }

    /// <summary>The newest time step whose code was used: no code works twice.</summary>
    public long TotpStep { get; set; }

    /// <summary>SHA-256 of the API key; null without one.</summary>
    public byte[]? ApiKeyHash { get; set; }

    public DateTime? SignedInAt { get; set; }

    /// <summary>The address of the last sign-in: what others try elsewhere does not slow its owner down there.</summary>
    public string? SignedInFrom { get; set; }

    public DateTime CreatedAt { get; set; }

    public DateTime ModifiedAt { get; set; }
}

/// <summary>A recovery code that was not used yet.</summary>
internal sealed class RecoveryCodeRow
{
    public required string OperatorId { get; set; }

    /// <summary>SHA-256 of the code.</summary>
    public required byte[] Hash { get; set; }
}

/// <summary>A session of an operator.</summary>
internal sealed class SessionRow
{
    public required string Id { get; set; }

    public required string OperatorId { get; set; }

    /// <summary>SHA-256 of its token.</summary>
    public required byte[] Hash { get; set; }

    public DateTime CreatedAt { get; set; }

    /// <summary>When it was last used, to within a minute.</summary>
    public DateTime UsedAt { get; set; }

    public DateTime ExpiresAt { get; set; }

    /// <summary>Where it was opened from.</summary>
    public required string Address { get; set; }
}
