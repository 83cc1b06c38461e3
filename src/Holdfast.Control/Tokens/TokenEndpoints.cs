using System.Text.Json.Nodes;
using Holdfast.Artifacts;
using Holdfast.Control.Access;
using Holdfast.Control.Accounts;
using Holdfast.Control.Audit;
using Holdfast.Control.Envelope;
using Holdfast.Control.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.Tokens;

/// <summary>
/// Tokens: <c>/client/v4/user/tokens</c>, and the account's own under <c>/client/v4/accounts/ID/tokens</c>. A token is shown in clear
/// once, by the request that makes or rolls it.
/// </summary>
internal sealed class TokenEndpoints
{
    /// <summary>What every token made here begins with, so that one that got into a log or a repository can be found.</summary>
    public const string Prefix = "hf_";

    private readonly TokenOperations _operations;
    private readonly TokenStore _tokens;
    private readonly TokenUse _use;
    private readonly AccountStore _accounts;
    private readonly UserStore _users;
    private readonly TimeProvider _time;

    public TokenEndpoints(
        TokenOperations operations,
        TokenStore tokens,
        TokenUse use,
        AccountStore accounts,
        UserStore users,
        TimeProvider time
    )
    {
        _operations = operations;
        _tokens = tokens;
        _use = use;
        _accounts = accounts;
        _users = users;
        _time = time;
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        Map(routes, _operations.Verify, VerifyAsync);
        Map(routes, _operations.ListGroups, ListGroupsAsync);
        Map(routes, _operations.List, ListAsync);
        Map(routes, _operations.Create, CreateAsync);
        Map(routes, _operations.Get, GetAsync);
        Map(routes, _operations.Update, UpdateAsync);
        Map(routes, _operations.Delete, DeleteAsync);
        Map(routes, _operations.Roll, RollAsync);
    }

    private DateTime Now => _time.GetUtcNow().UtcDateTime;

    private (string Account, string User) Known => (_accounts.Account.Id, _users.User.Id);

    private void Map(IEndpointRouteBuilder routes, Operations.ApiOperation operation, RequestDelegate handler) =>
        operation.Map(
            routes,
            _operations.Owner == TokenOwner.User
                ? handler
                : context =>
                {
                    AccountRequests.RequireAccount(context, _accounts.Account);
                    return handler(context);
                }
        );

    private Task VerifyAsync(HttpContext context) =>
        _tokens.Table.WithId(Caller.Of(context).CredentialId) is { } token && token.Owner == _operations.Owner
            ? ApiAnswer.ResultAsync(context, TokenJson.Verdict(token, Now))
            : throw new ApiException(401, new ApiError(ErrorCodes.InvalidToken, "Invalid API Token"));

    private Task ListGroupsAsync(HttpContext context)
    {
        var name = Paging.Text(context.Request, "name");
        var scope = Paging.Text(context.Request, "scope");
        var caller = Caller.Of(context);
        var groups = PermissionGroups
            .All.Where(group => name is null || group.Name.Contains(name, StringComparison.OrdinalIgnoreCase))
            .Where(group => scope is null || group.ScopeName == scope)
            .Where(group => _operations.Owner == TokenOwner.User || group.Scope != ResourceScope.User)
            .Select(group => (JsonNode)Group(group, caller));
        return ApiAnswer.ResultAsync(context, new JsonArray([.. groups]));
    }

    private static JsonObject Group(PermissionGroup group, Caller caller) =>
        new()
        {
            ["id"] = group.Id,
            ["name"] = group.Name,
            ["description"] = group.Description,
            ["scopes"] = new JsonArray(group.ScopeName),
            ["is_selectable"] =
                (!group.ManagesTokens || caller.MayDelegateTokens)
                && (group.Scope == ResourceScope.Zone ? caller.ZonesWith(group) is { All: true } or { Ids.Count: > 0 } : caller.May(group)),
        };

    private Task ListAsync(HttpContext context)
    {
        var paging = Paging.Of(context.Request);
        var ascending = Paging.OneOfOrNull(context.Request, "direction", "desc", "asc") == "asc";
        var expired = Paging.OneOfOrNull(context.Request, "include_expired", "false", "true") == "true";
        var now = Now;
        var tokens = _tokens
            .Table.All.Where(token => token.Owner == _operations.Owner && (expired || token.StatusAt(now) != "expired"))
            .OrderBy(token => token.IssuedOn)
            .ThenBy(token => token.Id, StringComparer.Ordinal)
            .ToList();
        if (!ascending)
        {
            tokens.Reverse();
        }

        return ApiAnswer.PageAsync(context, tokens.Skip(paging.Skip).Take(paging.PerPage).Select(Show), paging, tokens.Count);
    }

    private async Task CreateAsync(HttpContext context)
    {
        var now = Now;
        var draft = await TokenDraft.ReadAsync(context, Known, now).ConfigureAwait(false);
        if (draft.Bounds.ExpiresOn <= now)
        {
            throw ApiException.Invalid("/expires_on", "expires_on is in the past: the token would never hold");
        }

        var caller = Caller.Of(context);
        TokenRules.RequireOwner(_operations.Owner, draft);
        TokenRules.RequireDelegation(caller, draft, null);
        TokenRules.RequireHolds(caller, draft);
        var text = OpaqueSecret.New(Prefix);
        var token = new ApiToken
        {
            Id = ArtifactId.New(),
            Owner = _operations.Owner,
            Name = draft.Name,
            Hash = OpaqueSecret.Hash(text),
            IsAdmin = false,
            Policies = draft.Policies,
            IsDisabled = draft.Status == "disabled",
            NotBefore = draft.NotBefore,
            Bounds = draft.Bounds,
            IssuedOn = now,
            ModifiedOn = now,
        };
        var made = Show(await _tokens.AddAsync(token, AuditScope.Of(context), context.RequestAborted).ConfigureAwait(false));
        made["value"] = text;
        Preconditions.SetTag(context.Response, token.Generation);
        await ApiAnswer.ResultAsync(context, made).ConfigureAwait(false);
    }

    private Task GetAsync(HttpContext context) => AnswerAsync(context, Found(context));

    private async Task UpdateAsync(HttpContext context)
    {
        var id = Found(context).Id;
        var generation = Preconditions.IfMatch(context.Request);
        var now = Now;
        var draft = await TokenDraft.ReadAsync(context, Known, now).ConfigureAwait(false);
        var caller = Caller.Of(context);
        TokenRules.RequireOwner(_operations.Owner, draft);
        await ChangeAsync(
                context,
                id,
                generation,
                (before, others) =>
                {
                    TokenRules.RequireHolds(caller, before);
                    if (!before.IsAdmin)
                    {
                        TokenRules.RequireDelegation(caller, draft, before);
                        TokenRules.RequireHolds(caller, draft);
                    }

                    var after = Apply(before, draft);
                    TokenRules.RequireKeeper(before, after, others, now);
                    return after;
                }
            )
            .ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        var id = Found(context).Id;
        var caller = Caller.Of(context);
        var (found, _) = await _tokens
            .ChangeAsync(
                id,
                _operations.Owner,
                Preconditions.IfMatch(context.Request),
                (before, others) =>
                {
                    TokenRules.RequireHolds(caller, before);
                    TokenRules.RequireKeeper(before, null, others, Now);
                    return null;
                },
                AuditScope.Of(context),
                context.RequestAborted
            )
            .ConfigureAwait(false);
        if (!found)
        {
            throw NoToken();
        }

        _use.Forget(id);
        await ApiAnswer.ResultAsync(context, new JsonObject { ["id"] = id }).ConfigureAwait(false);
    }

    private async Task RollAsync(HttpContext context)
    {
        var id = Found(context).Id;
        using (var body = await RequestBody.ReadOptionalAsync(context).ConfigureAwait(false))
        {
            body.Complete();
        }

        var caller = Caller.Of(context);
        var text = OpaqueSecret.New(Prefix);
        var (found, token) = await _tokens
            .ChangeAsync(
                id,
                _operations.Owner,
                Preconditions.IfMatch(context.Request),
                (before, _) =>
                {
                    TokenRules.RequireHolds(caller, before);
                    return before with { Hash = OpaqueSecret.Hash(text) };
                },
                AuditScope.Of(context),
                context.RequestAborted
            )
            .ConfigureAwait(false);
        if (!found)
        {
            throw NoToken();
        }

        Preconditions.SetTag(context.Response, token!.Generation);
        await ApiAnswer.ResultAsync(context, JsonValue.Create(text)).ConfigureAwait(false);
    }

    /// <summary>The token as the draft wants it. What an admin token may do is not changed: it stays everything.</summary>
    private static ApiToken Apply(ApiToken before, TokenDraft draft)
    {
        if (
            before.IsAdmin
            && !new Caller("", "", [.. draft.Policies.Select(policy => policy.Rule)]).Holds(before.Rules, CredentialBounds.None)
        )
        {
            throw ApiException.Invalid(
                "/policies",
                "what an admin token may do cannot be narrowed; make another token, and remove this one if it is not the last"
            );
        }

        var after = before with
        {
            Name = draft.Name,
            Policies = before.IsAdmin ? [] : draft.Policies,
            IsDisabled = draft.Status is null ? before.IsDisabled : draft.Status == "disabled",
            NotBefore = draft.NotBefore,
            Bounds = draft.Bounds,
        };
        return after;
    }

    private async Task ChangeAsync(
        HttpContext context,
        string id,
        KnownGenerations? generation,
        Func<ApiToken, IEnumerable<ApiToken>, ApiToken?> change
    )
    {
        var (found, token) = await _tokens
            .ChangeAsync(id, _operations.Owner, generation, change, AuditScope.Of(context), context.RequestAborted)
            .ConfigureAwait(false);
        await AnswerAsync(context, found ? token! : throw NoToken()).ConfigureAwait(false);
    }

    private ApiToken Found(HttpContext context) =>
        context.Request.RouteValues["token_id"] is string id && _tokens.Table.WithId(id) is { } token && token.Owner == _operations.Owner
            ? token
            : throw NoToken();

    private static ApiException NoToken() =>
        ApiException.NotFound("Invalid API Token: there is no such token", ErrorCodes.InvalidIdentifier);

    private Task AnswerAsync(HttpContext context, ApiToken token)
    {
        Preconditions.SetTag(context.Response, token.Generation);
        return ApiAnswer.ResultAsync(context, Show(token));
    }

    private JsonObject Show(ApiToken token) => TokenJson.Of(token, _use.Last(token.Id), Known, Now);
}
