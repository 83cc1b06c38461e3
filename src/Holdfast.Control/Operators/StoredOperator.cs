using System.Text.Json.Nodes;
using Holdfast.Control.Envelope;

namespace Holdfast.Control.Operators;

/// <summary>An operator: a person who signs in with e-mail address and password. Immutable.</summary>
internal sealed record StoredOperator
{
    /// <summary>32 lower-case hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>The e-mail address, lower case.</summary>
    public required string Email { get; init; }

    public required string Name { get; init; }

    public required OperatorRole Role { get; init; }

    /// <summary>Whether they are kept out.</summary>
    public bool Disabled { get; init; }

    public long Generation { get; init; } = 1;

    public required string PasswordHash { get; init; }

    /// <summary>The sealed TOTP secret, or null.</summary>
    public byte[]? TotpSecret { get; init; }

    /// <summary>Whether codes are asked for.</summary>
    public bool TotpConfirmed { get; init; }

    /// <summary>The time step of the last code that was used.</summary>
    public long TotpStep { get; init; }

    public byte[]? ApiKeyHash { get; init; }

    public int RecoveryCodesLeft { get; init; }

    public DateTime? SignedInAt { get; init; }

    /// <summary>The address of the last sign-in.</summary>
    public string? SignedInFrom { get; init; }

    public required DateTime CreatedAt { get; init; }

    public required DateTime ModifiedAt { get; init; }

    /// <summary>The operator as the API shows it and the audit log keeps it: nothing in it is secret.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["id"] = Id,
            ["email"] = Email,
            ["name"] = Name,
            ["role"] = OperatorRoles.NameOf(Role),
            ["disabled"] = Disabled,
            ["two_factor_enabled"] = TotpConfirmed,
            ["recovery_codes_left"] = RecoveryCodesLeft,
            ["has_api_key"] = ApiKeyHash is not null,
            ["signed_in_on"] = SignedInAt is { } at ? ApiAnswer.Time(at) : null,
            ["created_on"] = ApiAnswer.Time(CreatedAt),
            ["modified_on"] = ApiAnswer.Time(ModifiedAt),
            ["generation"] = Generation,
        };
}
