using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Control.Access;
using Holdfast.Control.Envelope;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Control.Tokens;

/// <summary>A token as a request describes it.</summary>
/// <param name="Name">What to call it.</param>
/// <param name="Policies">What it may do.</param>
/// <param name="NotBefore">When it begins to hold, or null.</param>
/// <param name="Bounds">When it ends, and where it may be used from.</param>
/// <param name="Status">The state that is asked for, or null to leave it.</param>
internal sealed record TokenDraft(
    string Name,
    ImmutableArray<WrittenPolicy> Policies,
    DateTime? NotBefore,
    CredentialBounds Bounds,
    string? Status
)
{
    /// <summary>Longest name.</summary>
    public const int MaxName = 120;

    private const string Names = "1 to 120 characters without control characters";
    private const string Times = "a time such as 2030-01-01T00:00:00Z";
    private const string States = "active, disabled, and expired for one that is";

    private static readonly string[] TimeForms = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <summary>What this API shows of a token and does not take: it may be sent back, and is not looked at.</summary>
    private static readonly string[] Shown = ["id", "issued_on", "modified_on", "last_used_on"];

    /// <summary>Reads a request's body.</summary>
    /// <param name="context">The request.</param>
    /// <param name="known">The account and the user that resources may name.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="ApiException">Something is wrong with it.</exception>
    public static async Task<TokenDraft> ReadAsync(HttpContext context, (string Account, string User) known, DateTime now)
    {
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var members = body.Members;
        var name = members.RequireText("name", Names);
        if (name is not null && (name.Length is 0 or > MaxName || name.Any(char.IsControl)))
        {
            members.Report("name", $"{name.Length} characters", Names);
        }

        ImmutableArray<WrittenPolicy> policies = members.TryRequire("policies", "an array of policies", out var list)
            ? PolicyJson.Read(list, "/policies", known, body.Problems)
            : [];
        var addresses = members.TryGet("condition", out var condition)
            ? ConditionJson.Read(condition, "/condition", body.Problems)
            : AddressCondition.Anywhere;
        var notBefore = Time(body, "not_before");
        var expiresOn = Time(body, "expires_on");
        if (expiresOn <= notBefore)
        {
            members.Report("expires_on", "not after not_before", Times);
        }

        var status = members.OptionalText("status", States);
        if (status is not (null or "active" or "disabled") && !(status == "expired" && expiresOn <= now))
        {
            members.Report("status", $"'{status}'", States);
        }

        foreach (var shown in Shown)
        {
            members.TryGet(shown, out _);
        }

        body.Complete();
        return new TokenDraft(name!, policies, notBefore, new CredentialBounds(expiresOn, addresses), status);
    }

    private static DateTime? Time(RequestBody body, string name)
    {
        if (body.Members.OptionalText(name, Times) is not { } text)
        {
            return null;
        }

        if (
            DateTimeOffset.TryParseExact(text, TimeForms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            && (text.EndsWith('Z') || text[^6] is '+' or '-')
            && time.Year >= 1970
        )
        {
            return time.UtcDateTime;
        }

        body.Members.Report(name, $"'{text}'", Times);
        return null;
    }
}
