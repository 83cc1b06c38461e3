using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Artifacts;
using Holdfast.Control.Audit;
using Holdfast.Control.Envelope;
using Holdfast.Control.Operators.Passwords;
using Holdfast.Control.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.Operators;

/// <summary>Operators: <c>/holdfast/v1/operators</c>. Their credentials are in <see cref="CredentialEndpoints"/>.</summary>
internal sealed class OperatorEndpoints
{
    private readonly OperatorStore _operators;
    private readonly OperatorRequests _requests;
    private readonly PasswordCheck _passwords;
    private readonly TimeProvider _time;

    public OperatorEndpoints(OperatorStore operators, OperatorRequests requests, PasswordCheck passwords, TimeProvider time)
    {
        _operators = operators;
        _requests = requests;
        _passwords = passwords;
        _time = time;
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        OperatorOperations.List.Map(routes, ListAsync);
        OperatorOperations.Create.Map(routes, CreateAsync);
        OperatorOperations.Get.Map(routes, GetAsync);
        OperatorOperations.Edit.Map(routes, EditAsync);
        OperatorOperations.Delete.Map(routes, DeleteAsync);
    }

    private async Task ListAsync(HttpContext context)
    {
        var paging = Paging.Of(context.Request);
        var (operators, total) = await _operators.ListAsync(paging.Skip, paging.PerPage).ConfigureAwait(false);
        await ApiAnswer.PageAsync(context, operators.Select(shown => shown.ToJson()), paging, total).ConfigureAwait(false);
    }

    private async Task CreateAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var email = OperatorRequests.Email(body, required: true);
        var password = body.Members.RequireText("password", PasswordRules.Allowed);
        var name = OperatorRequests.Name(body);
        var role = OperatorRequests.Role(body) ?? OperatorRole.Viewer;
        if (password is not null && PasswordRules.Problem(password, email ?? "@") is { } problem)
        {
            body.Members.Report("password", problem, PasswordRules.Allowed);
        }

        body.Complete();
        OperatorRequests.RequirePower(context, role);
        var now = _time.GetUtcNow().UtcDateTime;
        var added = new StoredOperator
        {
            Id = ArtifactId.New(),
            Email = email!,
            Name = name ?? "",
            Role = role,
            PasswordHash = await _passwords.HashAsync(password!, context.RequestAborted).ConfigureAwait(false),
            CreatedAt = now,
            ModifiedAt = now,
        };
        added = await _operators.AddAsync(added, AuditScope.Of(context), context.RequestAborted).ConfigureAwait(false);
        await OperatorRequests.AnswerAsync(context, added).ConfigureAwait(false);
    }

    private async Task GetAsync(HttpContext context)
    {
        var named = await _requests.FindAsync(context).ConfigureAwait(false);
        OperatorRequests.RequireSight(context, named);
        await OperatorRequests.AnswerAsync(context, named).ConfigureAwait(false);
    }

    private async Task EditAsync(HttpContext context)
    {
        var named = await _requests.FindAsync(context).ConfigureAwait(false);
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var email = OperatorRequests.Email(body, required: false);
        var name = OperatorRequests.Name(body);
        var role = OperatorRequests.Role(body);
        bool? disabled = null;
        if (body.Members.TryGet("disabled", out var value))
        {
            if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            {
                disabled = value.GetBoolean();
            }
            else
            {
                body.Members.Report("disabled", "no boolean", "true or false");
            }
        }

        body.Complete();
        OperatorRequests.RequirePower(context, named.Role);
        OperatorRequests.RequirePower(context, role ?? named.Role);
        var change = new OperatorChange(
            "operator",
            before =>
                before with
                {
                    Email = email ?? before.Email,
                    Name = name ?? before.Name,
                    Role = role ?? before.Role,
                    Disabled = disabled ?? before.Disabled,
                }
        )
        {
            EndsSessionsBut = disabled == true ? "" : null,
        };
        await OperatorRequests
            .AnswerAsync(context, await _requests.ChangeAsync(context, named.Id, change).ConfigureAwait(false))
            .ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        var named = await _requests.FindAsync(context).ConfigureAwait(false);
        OperatorRequests.RequirePower(context, named.Role);
        var generation = Preconditions.IfMatch(context.Request);
        if (!await _operators.RemoveAsync(named.Id, generation, AuditScope.Of(context), context.RequestAborted).ConfigureAwait(false))
        {
            throw OperatorRequests.NoOperator();
        }

        await ApiAnswer.ResultAsync(context, new JsonObject { ["id"] = named.Id }).ConfigureAwait(false);
    }
}
