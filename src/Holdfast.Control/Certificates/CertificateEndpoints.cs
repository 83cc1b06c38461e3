using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Holdfast.Artifacts;
using Holdfast.Artifacts.Certificates;
using Holdfast.Control.Audit;
using Holdfast.Control.Envelope;
using Holdfast.Control.Storage;
using Holdfast.Control.Zones;
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
        CertificateOperations.Get.Map(routes, GetAsync);
        CertificateOperations.Delete.Map(routes, DeleteAsync);
    }

    private async Task ListAsync(HttpContext context)
    {
        var paging = Paging.Of(context.Request);
        var zone = await ZoneAsync(context).ConfigureAwait(false);
        var (certificates, total) = await _certificates.ListAsync(zone.Config.Id, paging.Skip, paging.PerPage).ConfigureAwait(false);
        await ApiAnswer.PageAsync(context, certificates.Select(Show), paging, total).ConfigureAwait(false);
    }

    private async Task CreateAsync(HttpContext context)
    {
        var zone = await ZoneAsync(context).ConfigureAwait(false);
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var chain = body.Members.RequireText("certificate", "a PEM chain");
        var key = body.Members.RequireText("private_key", "a PEM private key");
        if (body.Members.OptionalText("bundle_method", "a bundle method") is { } method && !BundleMethods.Contains(method))
        {
            body.Members.Report("bundle_method", "something else", string.Join(", ", BundleMethods));
        }

        body.Complete();
        var certificate = CertificateUpload.Read(zone.Config, ArtifactId.New(), chain!, key!, _secrets, _time.GetUtcNow(), body.Problems);
        body.Complete();
        var stored =
            await _certificates.AddAsync(certificate!, AuditScope.Of(context), context.RequestAborted).ConfigureAwait(false)
            ?? throw ZoneRequests.NoZone();
        await ApiAnswer.ResultAsync(context, Show(stored)).ConfigureAwait(false);
    }

    private async Task GetAsync(HttpContext context)
    {
        var id = ZoneRequests.Id(context, CertificateOperations.Parameter);
        var certificate = await _certificates.FindAsync(ZoneRequests.Id(context), id).ConfigureAwait(false) ?? throw NoCertificate();
        await ApiAnswer.ResultAsync(context, Show(certificate)).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        var id = ZoneRequests.Id(context, CertificateOperations.Parameter);
        if (
            !await _certificates
                .RemoveAsync(ZoneRequests.Id(context), id, AuditScope.Of(context), context.RequestAborted)
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

    private static JsonNode Show(StoredCertificate stored)
    {
        using var leaf = X509Certificate2.CreateFromPem(stored.Config.ChainPem);
        var created = ApiAnswer.Time(stored.CreatedAt);
        return new JsonObject
        {
            ["id"] = stored.Config.Id,
            ["zone_id"] = stored.Config.ZoneId,
            ["hosts"] = new JsonArray([.. stored.Config.Hosts.Select(host => (JsonNode)host)]),
            ["issuer"] = leaf.GetNameInfo(X509NameType.SimpleName, forIssuer: true),
            ["signature"] = leaf.SignatureAlgorithm.FriendlyName,
            ["status"] = "active",
            ["bundle_method"] = "force",
            ["priority"] = 0,
            ["uploaded_on"] = created,
            ["modified_on"] = created,
            ["expires_on"] = ApiAnswer.Time(stored.Config.ExpiresAt.UtcDateTime),
        };
    }
}
