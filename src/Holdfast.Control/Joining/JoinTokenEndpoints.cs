using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Artifacts;
using Holdfast.Control.Access;
using Holdfast.Control.Audit;
using Holdfast.Control.Envelope;
using Holdfast.Control.Storage;
using Holdfast.Releases.Joining;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.Joining;

/// <summary>Join tokens: <c>/holdfast/v1/join_tokens</c>.</summary>
internal sealed class JoinTokenEndpoints
{
    private const int DefaultSeconds = 60 * 60;
    private const int LeastSeconds = 60;
    private const int MostSeconds = 30 * 24 * 60 * 60;
    private const string NodeForm = "1 to 63 lower-case letters, digits and hyphens, the first no hyphen";

    private readonly JoinTokenStore _tokens;
    private readonly NodeAuthority? _authority;
    private readonly Func<Uri?> _listensOn;
    private readonly TimeProvider _time;

    /// <summary>The endpoints.</summary>
    /// <param name="tokens">Where the tokens are kept.</param>
    /// <param name="authority">The authority towards nodes; null when control does not listen for them.</param>
    /// <param name="listensOn">Where it listens for them.</param>
    /// <param name="time">The clock.</param>
    public JoinTokenEndpoints(JoinTokenStore tokens, NodeAuthority? authority, Func<Uri?> listensOn, TimeProvider time)
    {
        _tokens = tokens;
        _authority = authority;
        _listensOn = listensOn;
        _time = time;
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        JoinTokenOperations.Create.Map(routes, CreateAsync);
        JoinTokenOperations.List.Map(routes, ListAsync);
        JoinTokenOperations.Delete.Map(routes, DeleteAsync);
    }

    private static bool IsName(string name) =>
        name.Length is >= 1 and <= 63 && name[0] != '-' && !name.AsSpan().ContainsAnyExcept("abcdefghijklmnopqrstuvwxyz0123456789-");

    private async Task CreateAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var node = body.Members.RequireText("node", NodeForm);
        if (node is not null && !IsName(node))
        {
            body.Members.Report("node", "something else", NodeForm);
        }

        var seconds = DefaultSeconds;
        if (
            body.Members.TryGet("expires_in", out var value)
            && (value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out seconds) || seconds is < LeastSeconds or > MostSeconds)
        )
        {
            body.Members.Report("expires_in", "something else", $"a whole number of seconds from {LeastSeconds} to {MostSeconds}");
        }

        body.Complete();
        if (_authority is null || _listensOn() is not { } listensOn)
        {
            throw new ApiException(
                409,
                new ApiError(ErrorCodes.Conflict, "control does not listen for nodes on other machines; start it with --node-listen ADDR")
            );
        }

        var token = JoinToken.Of(OpaqueSecret.New(JoinToken.Prefix), _authority.Fingerprint);
        var now = _time.GetUtcNow().UtcDateTime;
        var row = new JoinTokenRow
        {
            Id = ArtifactId.New(),
            Node = node!,
            Hash = OpaqueSecret.Hash(token.Secret),
            CreatedAt = now,
            ExpiresAt = now.AddSeconds(seconds),
        };
        await _tokens.AddAsync(row, AuditScope.Of(context), context.RequestAborted).ConfigureAwait(false);
        var shown = _tokens.Show(row);
        shown["token"] = token.ToText();
        shown["listens_on"] = listensOn.GetLeftPart(UriPartial.Authority);
        await ApiAnswer.ResultAsync(context, shown).ConfigureAwait(false);
    }

    private async Task ListAsync(HttpContext context)
    {
        var paging = Paging.Of(context.Request);
        var (tokens, total) = await _tokens.ListAsync(paging.Skip, paging.PerPage).ConfigureAwait(false);
        await ApiAnswer.PageAsync(context, tokens.Select(_tokens.Show), paging, total).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        Preconditions.RefuseTags(context.Request);
        var id = context.Request.RouteValues[JoinTokenOperations.Parameter] as string ?? "";
        if (!await _tokens.RemoveAsync(id, AuditScope.Of(context), context.RequestAborted).ConfigureAwait(false))
        {
            throw ApiException.NotFound("there is no such join token");
        }

        await ApiAnswer.ResultAsync(context, new JsonObject { ["id"] = id }).ConfigureAwait(false);
    }
}
