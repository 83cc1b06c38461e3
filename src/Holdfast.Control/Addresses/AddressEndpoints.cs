using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Control.Envelope;
using Holdfast.Control.Operations;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.Addresses;

/// <summary>
/// <c>/client/v4/ips</c>: where this installation's edges speak to origins from, as its owner configured it, for the firewalls before
/// those origins. It is asked without a token, as Cloudflare's is; the addresses are seen by every origin anyway.
/// </summary>
internal sealed class AddressEndpoints
{
    /// <summary>The path, which needs no credential.</summary>
    public const string Path = "/client/v4/ips";

    private static readonly ApiOperation List = new("GET", Path, "ips-list", "List the addresses of this installation")
    {
        Permission = null,
        Description = "Needs no token.",
        Result = ApiSchema.Object(
            ("ipv4_cidrs", ApiSchema.List(ApiSchema.Text("A network.", "192.0.2.0/24"))),
            ("ipv6_cidrs", ApiSchema.List(ApiSchema.Text("A network.", "2001:db8::/32"))),
            ("etag", ApiSchema.Text("Changes when the lists do.", "38f79d050aa027e3be3865e495dcc9bc"))
        ),
    };

    private readonly string[] _ipv4;
    private readonly string[] _ipv6;
    private readonly string _tag;

    public AddressEndpoints(IReadOnlyList<IPNetwork> networks)
    {
        _ipv4 = Texts(networks, AddressFamily.InterNetwork);
        _ipv6 = Texts(networks, AddressFamily.InterNetworkV6);
        _tag = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', [.. _ipv4, .. _ipv6]))))[..32];
    }

    public void Map(IEndpointRouteBuilder routes) => List.Map(routes, ListAsync);

    private Task ListAsync(HttpContext context) =>
        ApiAnswer.ResultAsync(
            context,
            new JsonObject
            {
                ["ipv4_cidrs"] = new JsonArray([.. _ipv4.Select(text => (JsonNode)text)]),
                ["ipv6_cidrs"] = new JsonArray([.. _ipv6.Select(text => (JsonNode)text)]),
                ["etag"] = _tag,
            }
        );

    private static string[] Texts(IReadOnlyList<IPNetwork> networks, AddressFamily family) =>
        [
            .. networks
                .Where(network => network.BaseAddress.AddressFamily == family)
                .Select(network => network.ToString())
                .Order(StringComparer.Ordinal),
        ];
}
