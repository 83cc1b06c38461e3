using System.Text.Json.Nodes;
using Holdfast.Control.Access;
using Holdfast.Control.Operations;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Control.Audit;

/// <summary>
/// The audit side of one request: who is at work, and what the change turns out to be. The store that makes the change says what it
/// was, inside its transaction, and the entry is committed with it. One request writes one entry at most.
/// </summary>
internal sealed class AuditScope
{
    private readonly string _operation;
    private readonly string? _address;
    private readonly Caller? _caller;
    private AuditActor? _actor;
    private AuditChange? _change;
    private bool _written;

    private AuditScope(string operation, string? address, Caller? caller, AuditActor? actor)
    {
        _operation = operation;
        _address = address;
        _caller = caller;
        _actor = actor;
    }

    /// <summary>The scope of a request, made at the first call.</summary>
    public static AuditScope Of(HttpContext context)
    {
        if (context.Items.TryGetValue(typeof(AuditScope), out var known) && known is AuditScope scope)
        {
            return scope;
        }

        var operation = context.GetEndpoint()?.Metadata.GetMetadata<ApiOperation>()?.Id ?? "authentication";
        var made = new AuditScope(operation, AddressOf(context), Caller.Find(context), null);
        context.Items[typeof(AuditScope)] = made;
        return made;
    }

    /// <summary>The scope of a request on a channel to the edges, which is no operation of the API.</summary>
    public static AuditScope Of(HttpContext context, string operation) => new(operation, AddressOf(context), null, null);

    /// <summary>The scope of something that control does by itself.</summary>
    public static AuditScope System(string operation) => new(operation, null, null, new AuditActor("system", "", "control"));

    /// <summary>The address that a request came from, as text.</summary>
    public static string AddressOf(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress;
        return (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.ToString() ?? "unknown";
    }

    /// <summary>Names who is at work when the request itself does not: somebody who signs in.</summary>
    public void ActsAs(AuditActor actor) => _actor = actor;

    /// <summary>Says what changes. Call it inside the transaction; secrets stay out.</summary>
    /// <param name="type">What kind of thing: <c>zone</c>.</param>
    /// <param name="id">Its id.</param>
    /// <param name="zoneId">The zone that it belongs to, or null.</param>
    /// <param name="before">The thing as it was, or null.</param>
    /// <param name="after">The thing as it is now, or null.</param>
    /// <exception cref="InvalidOperationException">An entry was written already.</exception>
    public void Record(string type, string id, string? zoneId, JsonNode? before, JsonNode? after)
    {
        if (_written)
        {
            throw new InvalidOperationException($"{_operation} changed something twice: one request writes one audit entry");
        }

        _change = new AuditChange(type, id, zoneId, AuditJson.Text(before), AuditJson.Text(after));
    }

    /// <summary>Takes what was recorded, for the transaction to write; null when nothing changed.</summary>
    /// <param name="outcome"><c>success</c> or <c>refused</c>.</param>
    public AuditEntry? Take(string outcome = "success")
    {
        if (_change is not { } change)
        {
            return null;
        }

        _change = null;
        _written = true;
        var actor = _actor ?? AuditActor.Of(_caller);
        return new AuditEntry
        {
            Sequence = 0,
            At = default,
            Operation = _operation,
            Outcome = outcome,
            ActorType = actor.Type,
            ActorId = actor.Id,
            ActorName = actor.Name,
            Address = _address,
            ResourceType = change.Type,
            ResourceId = change.Id,
            ZoneId = change.ZoneId,
            Before = change.Before,
            After = change.After,
            PreviousHash = AuditEntry.Beginning,
        };
    }

    private sealed record AuditChange(string Type, string Id, string? ZoneId, string? Before, string? After);
}

/// <summary>Who did something.</summary>
/// <param name="Type">The kind of credential.</param>
/// <param name="Id">The credential's id.</param>
/// <param name="Name">The token's name or the operator's e-mail address.</param>
internal sealed record AuditActor(string Type, string Id, string Name)
{
    /// <summary>Nobody who is known.</summary>
    public static AuditActor Anonymous { get; } = new("anonymous", "", "");

    /// <summary>The caller of a request.</summary>
    public static AuditActor Of(Caller? caller) =>
        caller is null
            ? Anonymous
            : new AuditActor(
                caller.Credential switch
                {
                    CredentialKind.Session => "session",
                    CredentialKind.ApiKey => "api_key",
                    _ => "token",
                },
                caller.CredentialId,
                caller.Name
            );
}
