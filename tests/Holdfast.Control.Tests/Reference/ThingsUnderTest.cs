using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Holdfast.Control.Access;
using Holdfast.Control.Tests.Joining;
using Holdfast.Control.Tests.Operators;
using Holdfast.Control.Tests.Tokens;

namespace Holdfast.Control.Tests.Reference;

/// <summary>One of everything that a path of the API can name, so that a call gets as far as what it says.</summary>
internal sealed partial class ThingsUnderTest : IDisposable
{
    private const string AnyRule = """{"rules":[{"action":"log","expression":"true"}]}""";

    private readonly Dictionary<string, string> _ids = new(StringComparer.Ordinal)
    {
        ["setting_id"] = "http2",
        ["ruleset_phase"] = "http_request_firewall_custom",
        ["ruleset_version"] = "1",
        ["artifact_kind"] = "zone",
        ["generation"] = "1",
        ["sequence"] = "1",
        ["name"] = "example.com",
        ["node_name"] = "paris-1",
    };

    // Of what the account has and zones have too.
    private readonly Dictionary<string, string> _ofAccount = new(StringComparer.Ordinal);
    private JoiningNode? _node;
    private OperatorUnderTest? _operator;

    private ThingsUnderTest() { }

    /// <summary>Makes them.</summary>
    public static async Task<ThingsUnderTest> MakeAsync(TestControl control)
    {
        var things = new ThingsUnderTest();
        await things.AddAsync(control);
        return things;
    }

    /// <summary>A path of an operation with the ids of what there is.</summary>
    public string Fill(string path)
    {
        var isAccounts = path.Contains("/accounts/", StringComparison.Ordinal);
        return Braces()
            .Replace(
                path,
                braces =>
                {
                    var name = braces.Groups[1].Value;
                    return isAccounts && _ofAccount.TryGetValue(name, out var id) ? id
                        : _ids.TryGetValue(name, out id) ? id
                        : throw new KeyNotFoundException($"{path}: make one of what {name} names, here");
                }
            );
    }

    public void Dispose()
    {
        _node?.Dispose();
        _operator?.Dispose();
    }

    private async Task AddAsync(TestControl control)
    {
        var zone = await control.AddZoneAsync("example.com");
        var account = await control.AccountIdAsync();
        _ids["zone_id"] = zone;
        _ids["artifact_name"] = zone;
        _ids["account_id"] = account;
        _ids["membership_id"] = Text((await control.GetAsync("/client/v4/memberships")).Result[0]!["id"]);
        await AddToZoneAsync(control, $"/client/v4/zones/{zone}");

        var ruleset = await control.PutAsync(
            $"/client/v4/accounts/{account}/rulesets/phases/http_request_firewall_custom/entrypoint",
            AnyRule
        );
        _ofAccount["ruleset_id"] = Text(ruleset.Result["id"]);
        _ofAccount["rule_id"] = Text(ruleset.Result["rules"]![0]!["id"]);
        var lists = $"/client/v4/accounts/{account}/rules/lists";
        _ids["list_id"] = await MadeAsync(control, lists, """{"name":"offices","kind":"ip"}""");
        var items = $"{lists}/{_ids["list_id"]}/items";
        _ids["operation_id"] = Text((await control.PostAsync(items, """[{"ip":"192.0.2.1"}]""")).Result["operation_id"]);
        _ids["item_id"] = Text((await control.GetAsync(items)).Result[0]!["id"]);

        var (token, _) = await control.AddTokenAsync(TestTokens.AllZones, PermissionGroups.ZoneRead);
        _ids["token_id"] = token;
        _ofAccount["token_id"] = await MadeAsync(
            control,
            $"/client/v4/accounts/{account}/tokens",
            TestTokens.Body([TestTokens.Policy(TestTokens.AllZones, PermissionGroups.ZoneRead)])
        );
        _operator = await OperatorUnderTest.AddAsync(control);
        _ids["operator_id"] = _operator.Id;
        _ids["session_id"] = Text((await _operator.SignInAsync())["id"]);
        _node = await JoiningNode.JoinedAsync(control, _ids["node_name"]);
        _ids["join_token_id"] = await MadeAsync(control, "/holdfast/v1/join_tokens", """{"node":"paris-2"}""");
        _ids["kill_switch_id"] = await MadeAsync(
            control,
            "/holdfast/v1/kill-switches",
            """{"subject":"module","target":"cache","zone":"*","reason":"it fails"}"""
        );
        _ids["signing_key_id"] = Assert.Single(control.Keys.TrustedIds());
    }

    private async Task AddToZoneAsync(TestControl control, string zone)
    {
        _ids["dns_record_id"] = await MadeAsync(control, $"{zone}/dns_records", """{"name":"www","type":"A","content":"192.0.2.1"}""");
        _ids["custom_certificate_id"] = await MadeAsync(control, $"{zone}/custom_certificates", Certificate());
        _ids["purge_id"] = await MadeAsync(control, $"{zone}/purge_cache", """{"purge_everything":true}""");
        _ids["access_rule_id"] = await MadeAsync(
            control,
            $"{zone}/firewall/access_rules/rules",
            """{"mode":"block","configuration":{"target":"ip","value":"192.0.2.7"}}"""
        );
        _ids["account_access_rule_id"] = await MadeAsync(
            control,
            $"/client/v4/accounts/{_ids["account_id"]}/firewall/access_rules/rules",
            """{"mode":"block","configuration":{"target":"ip","value":"192.0.2.8"}}"""
        );
        _ids["user_access_rule_id"] = await MadeAsync(
            control,
            "/client/v4/user/firewall/access_rules/rules",
            """{"mode":"block","configuration":{"target":"ip","value":"192.0.2.9"}}"""
        );
        _ids["lock_downs_id"] = await MadeAsync(
            control,
            $"{zone}/firewall/lockdowns",
            """{"urls":["example.com/a"],"configurations":[{"target":"ip","value":"192.0.2.7"}]}"""
        );
        _ids["ua_rule_id"] = await MadeAsync(
            control,
            $"{zone}/firewall/ua_rules",
            """{"mode":"block","configuration":{"target":"ua","value":"Bad/1.0"}}"""
        );
        var ruleset = await control.PutAsync($"{zone}/rulesets/phases/http_request_firewall_custom/entrypoint", AnyRule);
        _ids["ruleset_id"] = Text(ruleset.Result["id"]);
        _ids["rule_id"] = Text(ruleset.Result["rules"]![0]!["id"]);
    }

    private static async Task<string> MadeAsync(TestControl control, string path, string body)
    {
        var made = await control.PostAsync(path, body);
        Assert.True(made.Status is HttpStatusCode.OK or HttpStatusCode.Created, $"{path}: {made.Body.ToJsonString()}");
        return Text(made.Result["id"]);
    }

    private static string Text(JsonNode? node) => node!.GetValue<string>();

    private static string Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("example.com");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        var body = new JsonObject
        {
            ["certificate"] = certificate.ExportCertificatePem(),
            ["private_key"] = key.ExportPkcs8PrivateKeyPem(),
        };
        return body.ToJsonString();
    }

    [GeneratedRegex(@"\{\**(\w+)[^}]*\}")]
    private static partial Regex Braces();
}
