using System.Text.Json.Nodes;
using Holdfast.Artifacts;
using Holdfast.Control.Access;
using Holdfast.Control.Audit;
using Holdfast.Control.Envelope;
using Holdfast.Control.Operators;
using Holdfast.Control.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.Sessions;

/// <summary>Sessions: <c>/holdfast/v1/sessions</c>.</summary>
internal sealed class SessionEndpoints
{
    private readonly SignIn _signIn;
    private readonly SessionStore _sessions;

    public SessionEndpoints(SignIn signIn, SessionStore sessions)
    {
        _signIn = signIn;
        _sessions = sessions;
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        SessionOperations.Create.Map(routes, CreateAsync);
        SessionOperations.List.Map(routes, ListAsync);
        SessionOperations.Get.Map(routes, GetAsync);
        SessionOperations.Delete.Map(routes, DeleteAsync);
    }

    private async Task CreateAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var email = body.Members.RequireText("email", OperatorEmail.Allowed);
        var password = body.Members.RequireText("password", "a password");
        var totp = body.Members.OptionalText("totp", "a code of six digits");
        var recovery = body.Members.OptionalText("recovery_code", "a recovery code");
        if (email is not null && !OperatorEmail.TryNormalize(email, out email))
        {
            body.Members.Report("email", "something else", OperatorEmail.Allowed);
        }

        body.Complete();
        var (session, token) = await _signIn.OpenAsync(context, new SignInRequest(email!, password!, totp, recovery)).ConfigureAwait(false);
        var shown = session.ToJson();
        shown["token"] = token;
        await ApiAnswer.ResultAsync(context, shown).ConfigureAwait(false);
    }

    private async Task ListAsync(HttpContext context)
    {
        var paging = Paging.Of(context.Request);
        var caller = Caller.Of(context);
        var wanted = Paging.Text(context.Request, "operator_id");
        if (!caller.May(PermissionGroups.AccountSettingsWrite))
        {
            wanted =
                caller.OperatorId is { } own && (wanted ?? own) == own
                    ? own
                    : throw PermissionCheck.Refused(PermissionGroups.AccountSettingsWrite);
        }

        var (sessions, total) = await _sessions.ListAsync(wanted, paging.Skip, paging.PerPage).ConfigureAwait(false);
        await ApiAnswer.PageAsync(context, sessions.Select(session => session.ToJson()), paging, total).ConfigureAwait(false);
    }

    private async Task GetAsync(HttpContext context)
    {
        var caller = Caller.Of(context);
        var (sessions, _) =
            caller.Credential == CredentialKind.Session
                ? await _sessions.ListAsync(caller.OperatorId, 0, StoredSession.MaxPerOperator).ConfigureAwait(false)
                : ([], 0);
        var session = sessions.FirstOrDefault(session => session.Id == caller.CredentialId) ?? throw NoSession();
        await ApiAnswer.ResultAsync(context, session.ToJson()).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        Preconditions.RefuseTags(context.Request);
        var caller = Caller.Of(context);
        var id = context.Request.RouteValues[SessionOperations.Parameter] as string ?? "";
        if (id == "current")
        {
            id = caller.Credential == CredentialKind.Session ? caller.CredentialId : throw NoSession();
        }

        var everybodys = caller.May(PermissionGroups.AccountSettingsWrite);
        if (!everybodys && caller.OperatorId is null)
        {
            throw PermissionCheck.Refused(PermissionGroups.AccountSettingsWrite);
        }

        if (
            !ArtifactId.IsWellFormed(id)
            || !await _sessions
                .EndAsync(id, everybodys ? null : caller.OperatorId, AuditScope.Of(context), context.RequestAborted)
                .ConfigureAwait(false)
        )
        {
            throw NoSession();
        }

        await ApiAnswer.ResultAsync(context, new JsonObject { ["id"] = id }).ConfigureAwait(false);
    }

    private static ApiException NoSession() => ApiException.NotFound("there is no such session");
}
