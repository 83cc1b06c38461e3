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

    private static readonly ApiSchema Chain = ApiSchema.Text("The chain in PEM, the leaf first.", "-----BEGIN CERTIFICATE-----\n...");

    private static readonly ApiSchema Key = ApiSchema.Text(
        "The leaf's private key in PEM, without a password.",
        "-----BEGIN PRIVATE KEY-----\n..."
    );

    private static readonly (string, ApiSchema)[] Cloudflares =
    [
        ("bundle_method?", ApiSchema.OneOf("Taken and ignored: the chain is sent as uploaded.", "force", "ubiquitous", "optimal")),
        ("type?", ApiSchema.OneOf("Which clients it is for.", "sni_custom")),
        ("deploy?", ApiSchema.OneOf("Where it goes.", "production")),
    ];

    private static readonly ApiSchema Certificate = ApiSchema.Object(
        ("id", Id),
        ("zone_id", ApiSchema.Text("The zone's id.", "353e105f4ecef8ad9ca31a8372d0c023")),
        ("hosts", ApiSchema.List(ApiSchema.Text("A name that it is for.", "example.com"))),
        ("issuer", ApiSchema.Text("Who issued it.", "Example CA")),
        ("signature", ApiSchema.Text("How it is signed.", "sha256ECDSA")),
        ("status", ApiSchema.OneOf("Its state.", "active", "expired")),
        ("bundle_method", ApiSchema.OneOf("How the chain is sent: as it was uploaded.", "force")),
        ("priority", ApiSchema.Whole("Of several certificates that would do, the one with the highest is served.", 0)),
        ("uploaded_on", ApiSchema.Time("When it was uploaded.")),
        ("modified_on", ApiSchema.Time("When it was last changed.")),
        ("expires_on", ApiSchema.Time("When it ends."))
    );

    public static ApiOperation List { get; } =
        new("GET", Certificates, "certificates-list", "List a zone's certificates")
        {
            Permission = PermissionGroups.CertificatesRead,
            Query =
            [
                new("status", ApiSchema.OneOf("The state wanted.", CertificateJson.Statuses)),
                new("match", ApiSchema.OneOf("Whether all conditions must hold, or one.", "all", "any")),
                .. ApiParameter.Paging,
            ],
            Result = ApiSchema.List(Certificate),
            Paged = true,
        };

    public static ApiOperation Create { get; } =
        new("POST", Certificates, "certificates-create", "Upload a certificate")
        {
            Permission = PermissionGroups.CertificatesWrite,
            Body = ApiSchema.Object([("certificate", Chain), ("private_key", Key), .. Cloudflares]),
            Result = Certificate,
        };

    public static ApiOperation Get { get; } =
        new("GET", OneCertificate, "certificates-get", "Show a certificate")
        {
            Permission = PermissionGroups.CertificatesRead,
            Result = Certificate,
        };

    public static ApiOperation Edit { get; } =
        new("PATCH", OneCertificate, "certificates-edit", "Replace a certificate's chain or key")
        {
            Permission = PermissionGroups.CertificatesWrite,
            Description = "A renewed chain for the same key needs no key. The certificate keeps its id. What is not sent stays as it is.",
            Body = ApiSchema.Object([("certificate?", Chain), ("private_key?", Key), .. Cloudflares]),
            Result = Certificate,
        };

    public static ApiOperation Prioritize { get; } =
        new("PUT", Certificates + "/prioritize", "certificates-prioritize", "Say which certificates are preferred")
        {
            Permission = PermissionGroups.CertificatesWrite,
            Description =
                "A certificate that the client can check and that is still valid comes first, then the one with the higher priority, then "
                + "ECDSA before RSA. Answers all certificates of the zone.",
            Body = ApiSchema.Object(
                (
                    "certificates",
                    ApiSchema.List(ApiSchema.Object(("id", Id), ("priority", ApiSchema.Whole("From 0; the highest is preferred.", 1))))
                )
            ),
            Result = ApiSchema.List(Certificate),
        };

    public static ApiOperation Delete { get; } =
        new("DELETE", OneCertificate, "certificates-delete", "Delete a certificate")
        {
            Permission = PermissionGroups.CertificatesWrite,
            Result = ApiSchema.Object(("id", Id)),
        };
}
