using System.Text.Json.Nodes;
using Holdfast.Control.Audit;
using Holdfast.Control.Envelope;
using Holdfast.Control.Releases;
using Holdfast.Releases.Keys;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.SigningKeys;

/// <summary>Signing keys: <c>/holdfast/v1/signing_keys</c>.</summary>
internal sealed class SigningKeyEndpoints
{
    private readonly SigningKeyRotation _rotation;
    private readonly SigningKeyRetirement _retirement;
    private readonly KeyDirectory _keys;
    private readonly ReleaseSignal _signal;

    public SigningKeyEndpoints(SigningKeyRotation rotation, SigningKeyRetirement retirement, KeyDirectory keys, ReleaseSignal signal)
    {
        _rotation = rotation;
        _retirement = retirement;
        _keys = keys;
        _signal = signal;
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        SigningKeyOperations.List.Map(routes, ListAsync);
        SigningKeyOperations.Rotate.Map(routes, RotateAsync);
        SigningKeyOperations.Retire.Map(routes, RetireAsync);
    }

    private Task ListAsync(HttpContext context)
    {
        var paging = Paging.Of(context.Request);
        var files = Directory.GetFiles(_keys.TrustedDirectory, "*.pub").Order(StringComparer.Ordinal).ToList();
        return ApiAnswer.PageAsync(context, files.Skip(paging.Skip).Take(paging.PerPage).Select(Show), paging, files.Count);
    }

    private async Task RotateAsync(HttpContext context)
    {
        var id = await _rotation.RotateAsync(AuditScope.Of(context), context.RequestAborted).ConfigureAwait(false);
        _signal.Wake();
        await ApiAnswer.ResultAsync(context, new JsonObject { ["id"] = id }).ConfigureAwait(false);
    }

    private async Task RetireAsync(HttpContext context)
    {
        Preconditions.RefuseTags(context.Request);
        var id = context.Request.RouteValues[SigningKeyOperations.Parameter] as string ?? "";
        var force = Paging.OneOfOrNull(context.Request, "force", "false", "true") == "true";
        await _retirement.RetireAsync(id, force, AuditScope.Of(context), context.RequestAborted).ConfigureAwait(false);
        _signal.Wake();
        await ApiAnswer.ResultAsync(context, new JsonObject { ["id"] = id }).ConfigureAwait(false);
    }

    private JsonNode Show(string file)
    {
        var id = Path.GetFileNameWithoutExtension(file);
        return new JsonObject
        {
            ["id"] = id,
            ["status"] = id == _rotation.Signer.Key.Id ? "signing" : "former",
            ["public_key"] = File.ReadAllText(file),
        };
    }
}
