using Holdfast.Model.StatusPage;
using Holdfast.Status.Access;
using Holdfast.Status.Storage;
using Microsoft.AspNetCore.Routing;
using OtpNet;

namespace Holdfast.Status.Operating;

/// <summary>One's own account; and who may write: operators, tokens, and the log of what was done.</summary>
internal sealed partial class OperatorEndpoints
{
    /// <summary>Lines of the audit log on its page.</summary>
    private const int AuditLines = 200;

    private void MapAccount(IEndpointRouteBuilder routes)
    {
        const string account = Root + "/account";
        Page(routes, account, AccountAsync);
        Act(routes, account + "/password", ChangePasswordAsync, AccountAsync);
        Page(routes, account + "/second-factor", SecondFactorAsync, visit => Task.FromResult(TurnOnSecondFactor(visit)));
        Act(
            routes,
            account + "/second-factor/remove",
            async visit =>
            {
                await CheckPasswordAsync(visit).ConfigureAwait(false);
                operators.RemoveTotp(visit.Who.Operator.Email, operators.Find(visit.Who.Operator.Id));
                return account + "?done=saved";
            },
            AccountAsync
        );
    }

    private void MapAccess(IEndpointRouteBuilder routes)
    {
        const string all = Root + "/operators";
        Page(
            routes,
            all,
            OperatorsAsync,
            async visit =>
            {
                var sent = visit.Sent!;
                await operators
                    .CreateAsync(
                        visit.Who.Operator.Email,
                        sent.Required("email", StatusPageLimits.NameLength),
                        sent.Text("name", StatusPageLimits.NameLength),
                        sent.Password("password"),
                        visit.Context.RequestAborted
                    )
                    .ConfigureAwait(false);
                return all + "?done=saved";
            }
        );
        Act(
            routes,
            all + "/{id}/second-factor",
            visit =>
            {
                operators.RemoveTotp(visit.Who.Operator.Email, operators.Find(visit.Id));
                return all + "?done=saved";
            },
            OperatorsAsync
        );
        Act(
            routes,
            all + "/{id}/remove",
            visit =>
            {
                operators.Remove(visit.Who.Operator.Email, operators.Find(visit.Id));
                return all + "?done=removed";
            },
            OperatorsAsync
        );

        Page(routes, Root + "/tokens", TokensAsync, visit => Task.FromResult(CreateToken(visit)));
        Act(
            routes,
            Root + "/tokens/{id}/remove",
            visit =>
            {
                tokens.Remove(visit.Who.Operator.Email, visit.Id);
                return Root + "/tokens?done=removed";
            },
            TokensAsync
        );

        Page(
            routes,
            Root + "/audit",
            visit => RenderAsync<AuditPage>(visit, store.Read(database => (database.Audit(AuditLines), database.CheckAudit())))
        );
    }

    private Task<byte[]> AccountAsync(Visit visit)
    {
        var row = operators.Find(visit.Who.Operator.Id);
        return RenderAsync<AccountPage>(visit, (row, store.Read(database => database.SessionsOf(row.Id))));
    }

    private Task<byte[]> OperatorsAsync(Visit visit) => RenderAsync<OperatorsPage>(visit, operators.All);

    private Task<byte[]> TokensAsync(Visit visit) => RenderAsync<TokensPage>(visit, tokens.All);

    private string? CreateToken(Visit visit)
    {
        var sent = visit.Sent!;
        var scopes = StatusWords<TokenScope>
            .All.Where(word => sent.Flag("scope." + word))
            .Select(word => StatusWords<TokenScope>.TryRead(word, out var scope) ? scope : default)
            .ToList();
        visit.Shown = tokens.Create(visit.Who.Operator.Email, sent.Required("name", StatusPageLimits.NameLength), scopes).Text;
        return null;
    }

    private async Task<string?> ChangePasswordAsync(Visit visit)
    {
        await CheckPasswordAsync(visit).ConfigureAwait(false);
        await operators
            .SetPasswordAsync(
                visit.Who.Operator.Email,
                operators.Find(visit.Who.Operator.Id),
                visit.Sent!.Password("new"),
                visit.Who.Hash,
                visit.Context.RequestAborted
            )
            .ConfigureAwait(false);
        return Root + "/account?done=saved";
    }

    private async Task CheckPasswordAsync(Visit visit)
    {
        if (!await sessions.IsPasswordAsync(visit.Context, visit.Who.Operator, visit.Sent!.Password("password")).ConfigureAwait(false))
        {
            throw StatusProblem.Invalid("password", "it is not the one you signed in with");
        }
    }

    /// <summary>Shows a new secret; it is kept by the form alone until a code proves that an application has it.</summary>
    private Task<byte[]> SecondFactorAsync(Visit visit)
    {
        var secret = visit.Sent is { } sent ? ReadSecret(sent) : SecondFactor.New();
        var name = $"{visit.View.Profile.Name} Status";
        return RenderAsync<SecondFactorPage>(visit, (SecondFactor.Text(secret), SecondFactor.Link(secret, visit.Who.Operator.Email, name)));
    }

    private string? TurnOnSecondFactor(Visit visit)
    {
        var secret = ReadSecret(visit.Sent!);
        var row = operators.Find(visit.Who.Operator.Id);
        operators.SetTotp(visit.Who.Operator.Email, row, secret, visit.Sent!.Required("code", 20));
        return Root + "/account?done=saved";
    }

    private static byte[] ReadSecret(Fields sent)
    {
        try
        {
            var secret = Base32Encoding.ToBytes(sent.Raw("secret") ?? "");
            return secret.Length == SecondFactor.SecretBytes ? secret : SecondFactor.New();
        }
        catch (ArgumentException)
        {
            return SecondFactor.New();
        }
    }
}
