using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Artifacts;
using Holdfast.Artifacts.Certificates;
using Holdfast.Artifacts.Json;
using Holdfast.Control.Audit;
using Holdfast.Control.Envelope;
using Holdfast.Control.Storage;
using Holdfast.Control.Zones;
using Holdfast.Model.Certificates;
using Holdfast.Releases.Keys;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.Certificates;

/// <summary>Custom certificates: <c>/client/v4/zones/{id}/custom_certificates</c>. A private key goes in and never comes out.</summary>
internal sealed class CertificateEndpoints
{
    private static readonly string[] BundleMethods = ["ubiquitous", "optimal", "force"];

    private readonly ZoneStore _zones;
    private readonly CertificateStore _certificates;
    private readonly SecretBox _secrets;
    private readonly TimeProvider _time;

    public CertificateEndpoints(ZoneStore zones, CertificateStore certificates, SecretBox secrets, TimeProvider time)
    {
        _zones = zones;
        _certificates = certificates;
        _secrets = secrets;
        _time = time;
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        CertificateOperations.List.Map(routes, ListAsync);
        CertificateOperations.Create.Map(routes, CreateAsync);
        CertificateOperations.Prioritize.Map(routes, PrioritizeAsync);
        CertificateOperations.Get.Map(routes, GetAsync);
        CertificateOperations.Edit.Map(routes, EditAsync);
        CertificateOperations.Delete.Map(routes, DeleteAsync);
    }

    private async Task ListAsync(HttpContext context)
    {
        var paging = Paging.Of(context.Request);
        var zone = await ZoneAsync(context).ConfigureAwait(false);
        var status = Paging.OneOfOrNull(context.Request, "status", CertificateJson.Statuses);
        Paging.OneOfOrNull(context.Request, "match", "any", "all");
        var now = _time.GetUtcNow();
        var all = await _certificates.ListAsync(zone.Config.Id).ConfigureAwait(false);
        var wanted = all.Where(stored => status is null || CertificateJson.Status(stored, now) == status).ToList();
        Preconditions.SetTag(context.Response, CertificateJson.Tag(all));
        var page = wanted.Skip(paging.Skip).Take(paging.PerPage).Select(stored => CertificateJson.Of(stored, now));
        await ApiAnswer.PageAsync(context, page, paging, wanted.Count).ConfigureAwait(false);
    }

    private async Task CreateAsync(HttpContext context)
    {
        var zone = await ZoneAsync(context).ConfigureAwait(false);
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var chain = body.Members.RequireText("certificate", "a PEM chain");
        var key = body.Members.RequireText("private_key", "a PEM private key");
        ReadCloudflares(body);
        body.Complete();
        var certificate = CertificateUpload.Read(zone.Config, ArtifactId.New(), chain!, key!, _secrets, _time.GetUtcNow(), body.Problems);
        body.Complete();
        var stored =
            await _certificates.AddAsync(certificate!, AuditScope.Of(context), context.RequestAborted).ConfigureAwait(false)
            ?? throw ZoneRequests.NoZone();
        await AnswerAsync(context, stored).ConfigureAwait(false);
    }

    private async Task EditAsync(HttpContext context)
    {
        var id = ZoneRequests.Id(context, CertificateOperations.Parameter);
        var generation = Preconditions.IfMatch(context.Request);
        var zone = await ZoneAsync(context).ConfigureAwait(false);
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var chain = body.Members.OptionalText("certificate", "a PEM chain");
        var key = body.Members.OptionalText("private_key", "a PEM private key");
        ReadCloudflares(body);
        body.Complete();
        var stored =
            await _certificates
                .ChangeAsync(
                    zone.Config.Id,
                    id,
                    generation,
                    before => Renewed(zone, before, chain, key, body),
                    AuditScope.Of(context),
                    context.RequestAborted
                )
                .ConfigureAwait(false)
            ?? throw NoCertificate();
        await AnswerAsync(context, stored).ConfigureAwait(false);
    }

    private CertificateConfig Renewed(StoredZone zone, CertificateConfig before, string? chain, string? key, RequestBody body)
    {
        if (chain is null && key is null)
        {
            return before;
        }

        var renewed = CertificateUpload.Renew(zone.Config, before, chain, key, _secrets, _time.GetUtcNow(), body.Problems);
        body.Complete();
        return renewed!;
    }

    private async Task PrioritizeAsync(HttpContext context)
    {
        var known = Preconditions.IfMatch(context.Request);
        var zone = await ZoneAsync(context).ConfigureAwait(false);
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var priorities = PriorityList.Read(body);
        body.Complete();
        var all = await _certificates
            .PrioritizeAsync(
                zone.Config.Id,
                priorities,
                certificates =>
                {
                    known?.Require(CertificateJson.Tag(certificates));
                    PriorityList.RequireAll(priorities, certificates);
                },
                AuditScope.Of(context),
                context.RequestAborted
            )
            .ConfigureAwait(false);
        Preconditions.SetTag(context.Response, CertificateJson.Tag(all));
        var now = _time.GetUtcNow();
        await ApiAnswer
            .ResultAsync(context, new JsonArray([.. all.Select(stored => CertificateJson.Of(stored, now))]))
            .ConfigureAwait(false);
    }

    private async Task GetAsync(HttpContext context)
    {
        var id = ZoneRequests.Id(context, CertificateOperations.Parameter);
        var certificate = await _certificates.FindAsync(ZoneRequests.Id(context), id).ConfigureAwait(false) ?? throw NoCertificate();
        await AnswerAsync(context, certificate).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        var id = ZoneRequests.Id(context, CertificateOperations.Parameter);
        var generation = Preconditions.IfMatch(context.Request);
        if (
            !await _certificates
                .RemoveAsync(ZoneRequests.Id(context), id, generation, AuditScope.Of(context), context.RequestAborted)
                .ConfigureAwait(false)
        )
        {
            throw NoCertificate();
        }

        await ApiAnswer.ResultAsync(context, new JsonObject { ["id"] = id }).ConfigureAwait(false);
    }

    private async Task<StoredZone> ZoneAsync(HttpContext context) =>
        await _zones.FindAsync(ZoneRequests.Id(context)).ConfigureAwait(false) ?? throw ZoneRequests.NoZone();

    private static ApiException NoCertificate() => ApiException.NotFound("the zone has no such certificate");

    private Task AnswerAsync(HttpContext context, StoredCertificate stored)
    {
        Preconditions.SetTag(context.Response, stored.Generation);
        return ApiAnswer.ResultAsync(context, CertificateJson.Of(stored, _time.GetUtcNow()));
    }

    /// <summary>
    /// Members that Cloudflare's clients send. What would change nothing here is taken; what would promise something that is not kept is
    /// refused.
    /// </summary>
    private static void ReadCloudflares(RequestBody body)
    {
        ReadOneOf(body, "bundle_method", "", BundleMethods);
        ReadOneOf(body, "type", "; a handshake without a name gets the certificate for the address", "sni_custom");
        ReadOneOf(body, "deploy", "; there is no other environment", "production");
        foreach (var name in (string[])["geo_restrictions", "policy", "custom_csr_id"])
        {
            if (body.Members.TryGet(name, out var value) && value.ValueKind != JsonValueKind.Null)
            {
                body.Members.Report(name, StrictJson.Describe(value), "nothing: every edge holds the key, and the key is uploaded");
            }
        }
    }

    private static void ReadOneOf(RequestBody body, string name, string reason, params string[] values)
    {
        var allowed = string.Join(", ", values) + reason;
        if (body.Members.OptionalText(name, allowed) is { } text && !values.Contains(text))
        {
            body.Members.Report(name, "something else", allowed);
        }
    }
}
