using Holdfast.Artifacts;
using Holdfast.Control.Access;
using Holdfast.Control.Audit;
using Holdfast.Control.Envelope;
using Holdfast.Control.Operators.Passwords;
using Holdfast.Control.Storage;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Control.Operators;

/// <summary>What requests say about operators, and whether their callers may.</summary>
internal sealed class OperatorRequests
{
    private const int MaxNameLength = 100;
    private const string NameForm = "a name of at most 100 characters";

    private readonly OperatorStore _operators;
    private readonly PasswordCheck _passwords;

    public OperatorRequests(OperatorStore operators, PasswordCheck passwords)
    {
        _operators = operators;
        _passwords = passwords;
    }

    public static ApiException NoOperator() => ApiException.NotFound("there is no such operator");

    /// <summary>The operator that the path names.</summary>
    /// <exception cref="ApiException">There is none.</exception>
    public async Task<StoredOperator> FindAsync(HttpContext context)
    {
        var id = context.Request.RouteValues[OperatorOperations.Parameter] as string ?? "";
        id = id == "me" ? Caller.Of(context).OperatorId ?? "" : id;
        return ArtifactId.IsWellFormed(id) && await _operators.FindAsync(id).ConfigureAwait(false) is { } found
            ? found
            : throw NoOperator();
    }

    /// <summary>Whether the operator is the one who asks.</summary>
    public static bool IsSelf(HttpContext context, StoredOperator named) => Caller.Of(context).OperatorId == named.Id;

    /// <summary>Refuses callers who may not see the operator.</summary>
    /// <exception cref="ApiException">403.</exception>
    public static void RequireSight(HttpContext context, StoredOperator named)
    {
        if (!IsSelf(context, named) && !Caller.Of(context).May(PermissionGroups.AccountSettingsRead))
        {
            throw PermissionCheck.Refused(PermissionGroups.AccountSettingsRead);
        }
    }

    /// <summary>Refuses callers who may not change another operator: it takes the permission, and no less power than theirs.</summary>
    /// <exception cref="ApiException">403.</exception>
    public static void RequirePower(HttpContext context, OperatorRole role)
    {
        var caller = Caller.Of(context);
        if (!caller.May(PermissionGroups.AccountSettingsWrite))
        {
            throw PermissionCheck.Refused(PermissionGroups.AccountSettingsWrite);
        }

        if (!OperatorRoles.MayGrant(caller, role))
        {
            throw new ApiException(
                403,
                new ApiError(ErrorCodes.InvalidAccessToken, $"the role {OperatorRoles.NameOf(role)} may do more than this credential")
            );
        }
    }

    /// <summary>Refuses everybody but the operator.</summary>
    /// <exception cref="ApiException">403.</exception>
    public static void RequireSelf(HttpContext context, StoredOperator named)
    {
        if (!IsSelf(context, named))
        {
            throw new ApiException(403, new ApiError(ErrorCodes.InvalidAccessToken, "only the operator can do this, with their password"));
        }
    }

    /// <summary>
    /// Asks for the password again before a change to one's own credentials: a session that was left open must not be enough.
    /// </summary>
    /// <exception cref="ApiException">It is missing or wrong.</exception>
    public async Task RequirePasswordAsync(HttpContext context, StoredOperator named, string? password)
    {
        if (password is null)
        {
            throw ApiException.Invalid("/current_password", "your own password is needed for this");
        }

        var (right, _) = await _passwords.CheckAsync(context, named.Email, named, password).ConfigureAwait(false);
        if (!right)
        {
            throw _passwords.Failed(context, named.Email);
        }
    }

    /// <summary>The operator's e-mail address in a body; what is wrong is reported.</summary>
    public static string? Email(RequestBody body, bool required)
    {
        var text = required
            ? body.Members.RequireText("email", OperatorEmail.Allowed)
            : body.Members.OptionalText("email", OperatorEmail.Allowed);
        if (text is null || OperatorEmail.TryNormalize(text, out var email))
        {
            return text is null ? null : text.Trim().ToLowerInvariant();
        }

        body.Members.Report("email", "something else", OperatorEmail.Allowed);
        return null;
    }

    /// <summary>The operator's name in a body, or null; what is wrong is reported.</summary>
    public static string? Name(RequestBody body)
    {
        var name = body.Members.OptionalText("name", NameForm);
        if (name is null || (name.Length <= MaxNameLength && !name.Any(char.IsControl)))
        {
            return name;
        }

        body.Members.Report("name", "something else", NameForm);
        return null;
    }

    /// <summary>The role in a body, or null; what is wrong is reported.</summary>
    public static OperatorRole? Role(RequestBody body)
    {
        var allowed = string.Join(", ", OperatorRoles.Names);
        var text = body.Members.OptionalText("role", allowed);
        var role = text is null ? null : OperatorRoles.Find(text);
        if (text is not null && role is null)
        {
            body.Members.Report("role", "something else", allowed);
        }

        return role;
    }

    /// <summary>Changes an operator, and answers 404 or 409 where that is the end of it.</summary>
    public async Task<StoredOperator> ChangeAsync(HttpContext context, string id, OperatorChange change)
    {
        var generation = Preconditions.IfMatch(context.Request);
        var changed = await _operators
            .ChangeAsync(id, generation, change, AuditScope.Of(context), context.RequestAborted)
            .ConfigureAwait(false);
        return changed ?? throw NoOperator();
    }

    /// <summary>Answers with an operator.</summary>
    public static Task AnswerAsync(HttpContext context, StoredOperator shown)
    {
        Preconditions.SetTag(context.Response, shown.Generation);
        return ApiAnswer.ResultAsync(context, shown.ToJson());
    }
}
