using Holdfast.Control.Access;
using Holdfast.Control.Operations;

namespace Holdfast.Control.Certificates;

/// <summary>What can be done with a zone's own certificates.</summary>
internal static class CertificateOperations
{
    /// <summary>The route value that names a certificate.</summary>
    public const string Parameter = "custom_certificate_id";

    private const string Certificates = "/client/v4/zones/{" + PermissionCheck.ZoneParameter + "}/custom_certificates";
    private const string OneCertificate = Certificates + "/{" + Parameter + "}";

    private static readonly ApiSchema Id = ApiSchema.Text("The certificate's id.", "2458ce5a0c35c7f82c7822e9487d3c60");

    private static readonly ApiSchema Certificate = ApiSchema.Object(
        ("id", Id),
        ("zone_id", ApiSchema.Text("The zone's id.", "353e105f4ecef8ad9ca31a8372d0c023")),
        ("hosts", ApiSchema.List(ApiSchema.Text("A name that it is for.", "example.com"))),
        ("issuer", ApiSchema.Text("Who issued it.", "Example CA")),
        ("signature", ApiSchema.Text("How it is signed.", "sha256ECDSA")),
        ("status", ApiSchema.OneOf("Its state.", "active")),
        ("bundle_method", ApiSchema.OneOf("How the chain is sent: as it was uploaded.", "force")),
        ("priority", ApiSchema.Whole("Its place among the zone's certificates.", 0)),
        ("uploaded_on", ApiSchema.Time("When it was uploaded.")),
        ("modified_on", ApiSchema.Time("When it was last changed.")),
        ("expires_on", ApiSchema.Time("When it ends."))
    );

    public static ApiOperation List { get; } =
        new("GET", Certificates, "certificates-list", "List a zone's certificates")
        {
            Permission = PermissionGroups.CertificatesRead,
            Query = ApiParameter.Paging,
            Result = ApiSchema.List(Certificate),
            Paged = true,
        };

    public static ApiOperation Create { get; } =
        new("POST", Certificates, "certificates-create", "Upload a certificate")
        {
            Permission = PermissionGroups.CertificatesWrite,
            Body = ApiSchema.Object(
                ("certificate", ApiSchema.Text("The chain in PEM, the leaf first.", "-----BEGIN CERTIFICATE-----\n...")),
                ("private_key", ApiSchema.Text("The leaf's private key in PEM, without a password.", "-----BEGIN PRIVATE KEY-----\n...")),
                ("bundle_method?", ApiSchema.OneOf("Taken and ignored: the chain is sent as uploaded.", "force", "ubiquitous", "optimal"))
            ),
            Result = Certificate,
        };

    public static ApiOperation Get { get; } =
        new("GET", OneCertificate, "certificates-get", "Show a certificate")
        {
            Permission = PermissionGroups.CertificatesRead,
            Result = Certificate,
        };

    public static ApiOperation Delete { get; } =
        new("DELETE", OneCertificate, "certificates-delete", "Delete a certificate")
        {
            Permission = PermissionGroups.CertificatesWrite,
            Result = ApiSchema.Object(("id", Id)),
        };
}
