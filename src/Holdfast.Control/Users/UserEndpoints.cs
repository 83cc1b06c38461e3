using System.Text.Json.Nodes;
using Holdfast.Control.Audit;
using Holdfast.Control.Envelope;
using Holdfast.Control.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.Users;

/// <summary>The user: <c>/client/v4/user</c>.</summary>
internal sealed class UserEndpoints
{
    private readonly UserStore _users;

    public UserEndpoints(UserStore users)
    {
        _users = users;
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        UserOperations.Get.Map(routes, context => AnswerAsync(context, _users.User));
        UserOperations.Edit.Map(routes, EditAsync);
    }

    private async Task EditAsync(HttpContext context)
    {
        var generation = Preconditions.IfMatch(context.Request);
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var first = Detail(body, "first_name", 60);
        var last = Detail(body, "last_name", 60);
        var telephone = Detail(body, "telephone", 20);
        var country = Detail(body, "country", 30);
        var zipcode = Detail(body, "zipcode", 20);
        body.Complete();
        var user = await _users
            .ChangeAsync(
                generation,
                details => new UserDetails(
                    first.Or(details.FirstName),
                    last.Or(details.LastName),
                    telephone.Or(details.Telephone),
                    country.Or(details.Country),
                    zipcode.Or(details.Zipcode)
                ),
                AuditScope.Of(context),
                context.RequestAborted
            )
            .ConfigureAwait(false);
        await AnswerAsync(context, user).ConfigureAwait(false);
    }

    /// <summary>A member that may be left out, or null; its longest value is Cloudflare's.</summary>
    private static Given Detail(RequestBody body, string name, int longest)
    {
        var allowed = $"null or text of at most {longest} characters";
        var there = body.Members.TryGet(name, out _);
        var text = there ? body.Members.OptionalText(name, allowed) : null;
        if (text?.Length > longest || text?.Any(char.IsControl) == true)
        {
            body.Members.Report(name, $"{text.Length} characters", allowed);
        }

        return new Given(there, text);
    }

    private static Task AnswerAsync(HttpContext context, StoredUser user)
    {
        Preconditions.SetTag(context.Response, user.Generation);
        return ApiAnswer.ResultAsync(
            context,
            new JsonObject
            {
                ["id"] = user.Id,
                ["email"] = user.Email,
                ["first_name"] = user.Details.FirstName,
                ["last_name"] = user.Details.LastName,
                ["telephone"] = user.Details.Telephone,
                ["country"] = user.Details.Country,
                ["zipcode"] = user.Details.Zipcode,
                ["two_factor_authentication_enabled"] = false,
                ["two_factor_authentication_locked"] = false,
                ["suspended"] = false,
                ["organizations"] = new JsonArray(),
                ["created_on"] = ApiAnswer.Time(user.CreatedAt),
                ["modified_on"] = ApiAnswer.Time(user.ModifiedAt),
            }
        );
    }

    private readonly record struct Given(bool IsThere, string? Text)
    {
        public string? Or(string? before) => IsThere ? Text : before;
    }
}
