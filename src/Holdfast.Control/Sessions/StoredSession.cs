using System.Text.Json.Nodes;
using Holdfast.Control.Envelope;
using Holdfast.Control.Operators;

namespace Holdfast.Control.Sessions;

/// <summary>An operator's session. Its token is shown once; here is its hash. It is bound to nothing but that token.</summary>
internal sealed record StoredSession
{
    /// <summary>How long a session lasts at most.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromHours(12);

    /// <summary>How long it may be idle.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromHours(1);

    /// <summary>Most sessions of one operator; the one that was idle longest goes for a new one.</summary>
    public const int MaxPerOperator = 20;

    public required string Id { get; init; }

    public required StoredOperator Operator { get; init; }

    public required DateTime CreatedAt { get; init; }

    /// <summary>When it was last used, to within a minute.</summary>
    public required DateTime UsedAt { get; init; }

    public required DateTime ExpiresAt { get; init; }

    /// <summary>Where it was opened from.</summary>
    public required string Address { get; init; }

    /// <summary>Whether it is still good.</summary>
    public bool IsGood(DateTime now) => now < ExpiresAt && now - UsedAt < Idle && !Operator.Disabled;

    /// <summary>The session as the API shows it.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["id"] = Id,
            ["operator"] = new JsonObject
            {
                ["id"] = Operator.Id,
                ["email"] = Operator.Email,
                ["role"] = OperatorRoles.NameOf(Operator.Role),
            },
            ["created_on"] = ApiAnswer.Time(CreatedAt),
            ["last_used_on"] = ApiAnswer.Time(UsedAt),
            ["expires_on"] = ApiAnswer.Time(ExpiresAt),
            ["idle_seconds"] = (long)Idle.TotalSeconds,
            ["address"] = Address,
        };
}
