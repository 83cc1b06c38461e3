using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net.Sockets;

namespace Holdfast.Control.Records.Content;

/// <summary>Every type of record that a zone can have, as in Cloudflare's API.</summary>
internal static class RecordTypes
{
    private const int Byte = 255;
    private const int Word = 65_535;

    // RFC 4398 section 2.1.
    private static readonly Dictionary<string, int> CertificateTypes = new(StringComparer.Ordinal)
    {
        ["PKIX"] = 1,
        ["SPKI"] = 2,
        ["PGP"] = 3,
        ["IPKIX"] = 4,
        ["ISPKI"] = 5,
        ["IPGP"] = 6,
        ["ACPKIX"] = 7,
        ["IACPKIX"] = 8,
        ["URI"] = 253,
        ["OID"] = 254,
    };

    // The IANA registry of DNSSEC algorithm numbers, those in use.
    private static readonly Dictionary<string, int> Algorithms = new(StringComparer.Ordinal)
    {
        ["RSASHA1"] = 5,
        ["RSASHA256"] = 8,
        ["RSASHA512"] = 10,
        ["ECDSAP256SHA256"] = 13,
        ["ECDSAP384SHA384"] = 14,
        ["ED25519"] = 15,
        ["ED448"] = 16,
    };

    public static RecordType A { get; } =
        new AddressType
        {
            Name = "A",
            Allowed = "an IPv4 address",
            ContentError = RecordErrors.InvalidIPv4,
            Proxiable = true,
            Family = AddressFamily.InterNetwork,
        };

    public static RecordType Aaaa { get; } =
        new AddressType
        {
            Name = "AAAA",
            Allowed = "an IPv6 address",
            ContentError = RecordErrors.InvalidIPv6,
            Proxiable = true,
            Family = AddressFamily.InterNetworkV6,
        };

    public static RecordType Cname { get; } =
        new FieldsType
        {
            Name = "CNAME",
            Allowed = "a host name",
            ContentError = RecordErrors.InvalidTarget,
            Proxiable = true,
            Fields = [new HostField("target", OrRoot: false)],
        };

    public static RecordType Ns { get; } =
        new FieldsType
        {
            Name = "NS",
            Allowed = "a host name",
            Fields = [new HostField("target", OrRoot: false)],
        };

    public static RecordType Ds { get; } =
        new FieldsType
        {
            Name = "DS",
            Allowed = "key tag, algorithm, digest type and the digest in hexadecimal digits (RFC 4034 section 5)",
            HasData = true,
            Fields =
            [
                new NumberField("key_tag", Word),
                new NumberField("algorithm", Byte, Algorithms),
                new NumberField("digest_type", Byte),
                new HexField("digest"),
            ],

            // SHA-1, SHA-256, SHA-384.
            Agrees = texts =>
                HasLength(
                    texts[3],
                    texts[2] switch
                    {
                        "1" => 20,
                        "2" => 32,
                        "4" => 48,
                        _ => 0,
                    }
                ),
        };

    /// <summary>All of them, in order of the alphabet.</summary>
    public static ImmutableArray<RecordType> All { get; } =
    [
        A,
        Aaaa,
        new FieldsType
        {
            Name = "CAA",
            Allowed = "flags, a tag and a value (RFC 8659)",
            HasData = true,
            Fields = [new NumberField("flags", Byte), new TagField("tag"), new TextField("value", 1_024)],
        },
        new FieldsType
        {
            Name = "CERT",
            Allowed = "type, key tag, algorithm and the certificate in base64 (RFC 4398)",
            HasData = true,
            Fields =
            [
                new NumberField("type", Word, CertificateTypes),
                new NumberField("key_tag", Word),
                new NumberField("algorithm", Byte, Algorithms),
                new Base64Field("certificate"),
            ],
        },
        Cname,
        new FieldsType
        {
            Name = "DNSKEY",
            Allowed = "flags, protocol 3, algorithm and the public key in base64 (RFC 4034 section 2)",
            HasData = true,
            Fields =
            [
                new NumberField("flags", Word),
                new NumberField("protocol", Byte),
                new NumberField("algorithm", Byte, Algorithms),
                new Base64Field("public_key"),
            ],
            Agrees = texts => texts[1] == "3",
        },
        Ds,
        Service("HTTPS"),
        new LocationType
        {
            Name = "LOC",
            Allowed = "latitude, longitude, altitude, size and precisions, such as 51 30 12.2 N 0 7 39.6 W 10m (RFC 1876)",
            HasData = true,
        },
        new FieldsType
        {
            Name = "MX",
            Allowed = "a host name, or . for a domain without mail",
            ContentError = RecordErrors.InvalidMailHost,
            HasPriority = true,
            Fields = [new HostField("target", OrRoot: true)],
        },
        new FieldsType
        {
            Name = "NAPTR",
            Allowed = "order, preference, flags, service, regular expression and replacement (RFC 3403)",
            HasData = true,
            Fields =
            [
                new NumberField("order", Word),
                new NumberField("preference", Word),
                new TextField("flags"),
                new TextField("service"),
                new TextField("regex"),
                new HostField("replacement", OrRoot: true),
            ],
        },
        Ns,
        new FieldsType
        {
            Name = "OPENPGPKEY",
            Allowed = "a public key in base64 (RFC 7929)",
            Fields = [new Base64Field("public_key")],
        },
        new FieldsType
        {
            Name = "PTR",
            Allowed = "a host name",
            Fields = [new HostField("target", OrRoot: false)],
        },
        Association("SMIMEA", "RFC 8162"),
        new FieldsType
        {
            Name = "SRV",
            Allowed = "weight, port and target, with a priority (RFC 2782)",
            HasPriority = true,
            HasData = true,
            HasPriorityInData = true,
            Fields = [new NumberField("weight", Word), new NumberField("port", Word), new HostField("target", OrRoot: true)],
        },
        new FieldsType
        {
            Name = "SSHFP",
            Allowed = "algorithm, type and the fingerprint in hexadecimal digits (RFC 4255)",
            HasData = true,
            Fields = [new NumberField("algorithm", Byte), new NumberField("type", Byte), new HexField("fingerprint")],

            // SHA-1, SHA-256.
            Agrees = texts =>
                HasLength(
                    texts[2],
                    texts[1] switch
                    {
                        "1" => 20,
                        "2" => 32,
                        _ => 0,
                    }
                ),
        },
        Service("SVCB"),
        Association("TLSA", "RFC 6698"),
        new TextType { Name = "TXT", Allowed = $"a text of at most {DataField.MaxBytes} bytes, or character strings in quotes" },
        new FieldsType
        {
            Name = "URI",
            Allowed = "weight and a URI in quotes, with a priority (RFC 7553)",
            HasPriority = true,
            HasData = true,
            Fields = [new NumberField("weight", Word), new TextField("target", 2_048, Empty: false)],
        },
    ];

    private static readonly FrozenDictionary<string, RecordType> ByName = All.ToFrozenDictionary(type => type.Name);

    /// <summary>The names of all types, for messages.</summary>
    public static string Names { get; } = string.Join(", ", All.Select(type => type.Name));

    /// <summary>The type of this name, in any case; null when there is none.</summary>
    public static RecordType? Find(string name) => ByName.GetValueOrDefault(name.ToUpperInvariant());

    private static FieldsType Service(string name) =>
        new()
        {
            Name = name,
            Allowed = "priority, target and, unless the priority is 0, service parameters (RFC 9460)",
            HasData = true,
            Fields = [new NumberField("priority", Word), new HostField("target", OrRoot: true), new ServiceParametersField("value")],
            LastIsOptional = true,
            Agrees = texts => texts[0] != "0" || texts[2].Length == 0,
        };

    private static FieldsType Association(string name, string source) =>
        new()
        {
            Name = name,
            Allowed = $"usage 0 to 3, selector 0 or 1, matching type 0 to 2 and the certificate's data in hexadecimal digits ({source})",
            HasData = true,
            Fields =
            [
                new NumberField("usage", 3),
                new NumberField("selector", 1),
                new NumberField("matching_type", 2),
                new HexField("certificate"),
            ],

            // The whole, SHA-256, SHA-512.
            Agrees = texts =>
                HasLength(
                    texts[3],
                    texts[2] switch
                    {
                        "1" => 32,
                        "2" => 64,
                        _ => 0,
                    }
                ),
        };

    // 0: any length.
    private static bool HasLength(string hex, int bytes) => bytes == 0 || hex.Length == 2 * bytes;
}
