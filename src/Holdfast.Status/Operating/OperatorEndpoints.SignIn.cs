using System.Text.RegularExpressions;
using Holdfast.Model.StatusPage;
using Holdfast.Status.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Status.Operating;

/// <summary>Signing in, which needs nothing but this process and its disk; and the first operator, whom a token makes.</summary>
internal sealed partial class OperatorEndpoints
{
    private void MapSignIn(IEndpointRouteBuilder routes)
    {
        routes.MapMethods(
            Root + "/sign-in",
            ["GET", "HEAD"],
            async context =>
                await AnswerAsync(context, 200, await SignInPageAsync(NewVisit(context, null, null)).ConfigureAwait(false))
                    .ConfigureAwait(false)
        );
        routes.MapMethods(Root + "/sign-in", ["POST"], context => OfNobodyAsync(context, SignInAsync));
        routes.MapMethods(Root + "/first", ["POST"], context => OfNobodyAsync(context, FirstAsync));
        Act(
            routes,
            Root + "/sign-out",
            visit =>
            {
                sessions.SignOut(visit.Context, visit.Who);
                return Root + "/sign-in";
            },
            DeskAsync
        );
    }

    private Task<byte[]> SignInPageAsync(Visit visit) => RenderAsync<SignInPage>(visit, operators.All.Count == 0);

    /// <summary>A form of somebody who is not signed in.</summary>
    private async Task OfNobodyAsync(HttpContext context, Func<Visit, Task<string?>> act)
    {
        var sent = await Fields.ReadAsync(context).ConfigureAwait(false);
        CheckForm(Sessions.IsFormOfNobody(context, sent.Raw("form")));
        await DoAsync(NewVisit(context, null, sent), act, SignInPageAsync).ConfigureAwait(false);
    }

    private async Task<string?> SignInAsync(Visit visit)
    {
        var sent = visit.Sent!;
        await sessions
            .SignInAsync(visit.Context, sent.Raw("email") ?? "", sent.Raw("password") ?? "", sent.Raw("code"))
            .ConfigureAwait(false);
        return sent.Raw("to") is { } to && OwnPath().IsMatch(to) ? to : Root;
    }

    private async Task<string?> FirstAsync(Visit visit)
    {
        var sent = visit.Sent!;
        var who = tokens.Authenticate(visit.Context, sent.Raw("token")?.Trim() ?? "", TokenScope.Manage);
        var (email, password) = (sent.Required("email", StatusPageLimits.NameLength), sent.Password("password"));
        await operators
            .CreateAsync(who, email, sent.Text("name", StatusPageLimits.NameLength), password, visit.Context.RequestAborted)
            .ConfigureAwait(false);
        await sessions.SignInAsync(visit.Context, email, password, null).ConfigureAwait(false);
        return Root;
    }

    /// <summary>Only a page of ours is gone to after signing in.</summary>
    [GeneratedRegex(@"^/operate(/[a-z0-9\-]+)*\z")]
    private static partial Regex OwnPath();
}
