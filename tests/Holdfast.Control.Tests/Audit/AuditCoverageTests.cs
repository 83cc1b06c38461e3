using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Control.Tests.Joining;
using Holdfast.Control.Tests.Operators;
using OtpNet;

namespace Holdfast.Control.Tests.Audit;

/// <summary>Every operation that changes something is called once, and must leave exactly one entry; what is added later must be added here.</summary>
public sealed class AuditCoverageTests
{
    [Fact]
    public async Task ChangingOperations_EachWritesOneEntry_OrSaysWhyNot()
    {
        await using var control = await TestControl.StartAsync();
        var calls = new Calls(control);
        var audited = new List<string>();
        foreach (var (operation, call) in await calls.InOrderAsync())
        {
            var before = await LastAsync(control);
            var answer = await call();
            Assert.True(
                answer.Status is HttpStatusCode.OK or HttpStatusCode.Created or HttpStatusCode.NoContent,
                $"{operation}: {answer.Body.ToJsonString()}"
            );
            var entries = await control.GetAsync($"/holdfast/v1/audit_logs?per_page=5");
            var newest = entries.Result[0]!;
            Assert.True(newest["sequence"]!.GetValue<long>() == before + 1, $"{operation} did not write exactly one entry");
            Assert.Equal((operation, "success"), (newest["operation"]!.GetValue<string>(), newest["outcome"]!.GetValue<string>()));
            Assert.Equal("127.0.0.1", newest["address"]!.GetValue<string>());
            Assert.NotEmpty(newest["resource_id"]!.GetValue<string>());
            audited.Add(operation);
        }

        var changing = control.Operations.Where(operation => operation.Method != "GET" && operation.NotAudited is null);
        Assert.Equal(changing.Select(operation => operation.Id).Order(), audited.Order());
        calls.Dispose();
    }

    [Fact]
    public async Task Operations_ThatReadOnly_NeedNoReason()
    {
        await using var control = await TestControl.StartAsync();
        Assert.All(control.Operations.Where(operation => operation.Method == "GET"), operation => Assert.Null(operation.NotAudited));
    }

    internal static async Task<long> LastAsync(TestControl control) =>
        (await control.GetAsync("/holdfast/v1/audit_logs?per_page=1")).Result[0]!["sequence"]!.GetValue<long>();

    /// <summary>One call of each operation, in an order in which all of them change something.</summary>
    internal sealed class Calls(TestControl control) : IDisposable
    {
        private OperatorUnderTest? _ops;

        /// <summary>Whether edges come for the one operation that needs them; they write to the database whenever they have something to say.</summary>
        public bool WithEdges { get; init; } = true;

        public async Task<IReadOnlyList<(string Operation, Func<Task<Answer>> Call)>> InOrderAsync()
        {
            _ops = await OperatorUnderTest.AddAsync(control);
            await _ops.SignInAsync();
            var zone = await control.AddZoneAsync("first.example");
            Totp? totp = null;
            string? certificate = null;
            string? joinToken = null;
            var signedWith = Assert.Single(control.Keys.TrustedIds());
            using var node = await JoiningNode.JoinedAsync(control, "paris-1");
            const string Me = "/holdfast/v1/operators/me";
            var account = (await control.GetAsync("/client/v4/accounts")).Result[0]!["id"]!.GetValue<string>();
            return
            [
                .. TokenCalls("tokens", "/client/v4/user/tokens"),
                .. TokenCalls("account_tokens", $"/client/v4/accounts/{account}/tokens"),
                (
                    "join-tokens-create",
                    async () =>
                    {
                        var answer = await control.PostAsync("/holdfast/v1/join_tokens", """{"node":"paris-2"}""");
                        joinToken = answer.Result["id"]!.GetValue<string>();
                        return answer;
                    }
                ),
                ("join-tokens-delete", () => control.DeleteAsync($"/holdfast/v1/join_tokens/{joinToken}")),
                ("nodes-delete", () => control.DeleteAsync("/holdfast/v1/nodes/paris-1")),
                ("signing-keys-rotate", () => control.SendAsync(HttpMethod.Post, "/holdfast/v1/signing_keys")),
                ("signing-keys-retire", () => control.DeleteAsync($"/holdfast/v1/signing_keys/{signedWith}")),
                ("user-edit", () => control.PatchAsync("/client/v4/user", """{"first_name":"Robin"}""")),
                ("accounts-update", () => control.PutAsync($"/client/v4/accounts/{account}", """{"name":"ours"}""")),
                ("zones-create", () => control.PostAsync("/client/v4/zones", """{"name":"example.com"}""")),
                (
                    "zones-put-by-name",
                    () => control.PutAsync("/holdfast/v1/zones/by-name/example.org", """{"origin":"http://192.0.2.1"}""")
                ),
                ("zones-edit", () => control.PatchAsync($"/client/v4/zones/{zone}", """{"paused":true}""")),
                (
                    "zones-import",
                    () => control.PostAsync("/holdfast/v1/zones/import", """{"zones":[{"name":"a.example"},{"name":"b.example"}]}""")
                ),
                ("zones-put-origin", () => control.PutAsync($"/holdfast/v1/zones/{zone}/origin", """{"origin":"http://192.0.2.9"}""")),
                ("settings-edit", () => control.PatchAsync($"/client/v4/zones/{zone}/settings/always_use_https", """{"value":"on"}""")),
                (
                    "settings-edit-several",
                    () =>
                        control.PatchAsync(
                            $"/client/v4/zones/{zone}/settings",
                            """{"items":[{"id":"http2","enabled":false},{"id":"always_use_https","value":"off"}]}"""
                        )
                ),
                (
                    "certificates-create",
                    async () =>
                    {
                        var answer = await control.PostAsync($"/client/v4/zones/{zone}/custom_certificates", Certificate());
                        certificate = answer.Result["id"]!.GetValue<string>();
                        return answer;
                    }
                ),
                (
                    "certificates-edit",
                    () => control.PatchAsync($"/client/v4/zones/{zone}/custom_certificates/{certificate}", Certificate())
                ),
                (
                    "certificates-prioritize",
                    () =>
                        control.PutAsync(
                            $"/client/v4/zones/{zone}/custom_certificates/prioritize",
                            $$"""{"certificates":[{"id":"{{certificate}}","priority":7}]}"""
                        )
                ),
                ("certificates-delete", () => control.DeleteAsync($"/client/v4/zones/{zone}/custom_certificates/{certificate}")),
                .. RecordCalls($"/client/v4/zones/{zone}/dns_records"),
                .. RulesetCalls($"/client/v4/zones/{zone}/rulesets", "rulesets", "zone"),
                .. RulesetCalls($"/client/v4/accounts/{account}/rulesets", "account_rulesets", "root"),
                .. AccessRuleCalls($"/client/v4/zones/{zone}/firewall/access_rules/rules", "access-rules"),
                .. AccessRuleCalls($"/client/v4/accounts/{account}/firewall/access_rules/rules", "account-access-rules"),
                .. AccessRuleCalls("/client/v4/user/firewall/access_rules/rules", "user-access-rules"),
                .. OlderRuleCalls($"/client/v4/zones/{zone}/firewall"),
                .. ListCalls($"/client/v4/accounts/{account}/rules/lists"),
                .. KillSwitchCalls("/holdfast/v1/kill-switches"),
                (
                    "bot-features-update",
                    () =>
                        control.PutAsync(
                            "/holdfast/v1/bot-features",
                            """{"features":[{"name":"plain","expression":"not ssl","weight":-30}],"least_evidence":20,"rows":1}"""
                        )
                ),
                ("bot-features-delete", () => control.DeleteAsync("/holdfast/v1/bot-features")),
                ("releases-revert", () => control.PostAsync($"/holdfast/v1/releases/zone/{zone}/revert", Because)),
                ("releases-pin", () => control.PutAsync($"/holdfast/v1/releases/zone/{zone}/pin", Because)),
                ("releases-unpin", () => control.DeleteAsync($"/holdfast/v1/releases/zone/{zone}/pin")),
                ("cache-purge", () => control.PostAsync($"/client/v4/zones/{zone}/purge_cache", """{"purge_everything":true}""")),
                ("zones-delete", () => control.DeleteAsync($"/client/v4/zones/{zone}")),
                (
                    "operators-create",
                    () =>
                        control.PostAsync(
                            "/holdfast/v1/operators",
                            $$"""{"email":"other@example.com","password":"{{OperatorUnderTest.Password}}"}"""
                        )
                ),
                ("operators-edit", () => control.PatchAsync($"/holdfast/v1/operators/{_ops.Id}", """{"name":"Robin"}""")),
                ("operators-roll-api-key", () => _ops.PostAsync(Me + "/api_key", OperatorUnderTest.OwnPassword)),
                ("operators-remove-api-key", () => _ops.SendAsync(HttpMethod.Delete, Me + "/api_key")),
                (
                    "operators-enrol-totp",
                    async () =>
                    {
                        var answer = await _ops.PostAsync(Me + "/totp", OperatorUnderTest.OwnPassword);
                        totp = new Totp(Base32Encoding.ToBytes(answer.Result["secret"]!.GetValue<string>()));
                        return answer;
                    }
                ),
                ("operators-confirm-totp", () => _ops.PostAsync(Me + "/totp/confirm", $$"""{"code":"{{totp!.ComputeTotp()}}"}""")),
                ("operators-renew-recovery-codes", () => _ops.PostAsync(Me + "/recovery_codes", OperatorUnderTest.OwnPassword)),
                ("operators-remove-totp", () => _ops.SendAsync(HttpMethod.Delete, Me + "/totp", OperatorUnderTest.OwnPassword)),
                (
                    "operators-set-password",
                    () => control.PutAsync($"/holdfast/v1/operators/{_ops.Id}/password", """{"new_password":"nine red hens sit still"}""")
                ),
                (
                    "sessions-create",
                    () =>
                        control.PostAsync(
                            "/holdfast/v1/sessions",
                            $$"""{"email":"{{OperatorUnderTest.Email}}","password":"nine red hens sit still"}"""
                        )
                ),
                (
                    "sessions-delete",
                    async () =>
                    {
                        var sessions = await control.GetAsync("/holdfast/v1/sessions");
                        return await control.DeleteAsync($"/holdfast/v1/sessions/{sessions.Result[0]!["id"]!.GetValue<string>()}");
                    }
                ),
                ("operators-delete", () => control.DeleteAsync($"/holdfast/v1/operators/{_ops.Id}")),
            ];
        }

        private IEnumerable<(string Operation, Func<Task<Answer>> Call)> TokenCalls(string operation, string path)
        {
            string? id = null;
            const string Policies = """
                "policies":[{"effect":"allow","permission_groups":[{"id":"c8fed203ed3043cba015a93ad1616f1f"}],"resources":{"com.cloudflare.api.account.zone.*":"*"}}]
                """;
            yield return (
                operation + "-create",
                async () =>
                {
                    var answer = await control.PostAsync(path, $$"""{"name":"reader",{{Policies}}}""");
                    id = answer.Result["id"]!.GetValue<string>();
                    return answer;
                }
            );
            yield return (operation + "-update", () => control.PutAsync($"{path}/{id}", $$"""{"name":"renamed",{{Policies}}}"""));
            yield return (operation + "-roll", () => control.PutAsync($"{path}/{id}/value", "{}"));
            yield return (operation + "-delete", () => control.DeleteAsync($"{path}/{id}"));
        }

        private IEnumerable<(string Operation, Func<Task<Answer>> Call)> RecordCalls(string path)
        {
            string? id = null;
            yield return (
                "dns-records-create",
                async () =>
                {
                    var answer = await control.PostAsync(path, """{"name":"www","type":"A","content":"192.0.2.1"}""");
                    id = answer.Result["id"]!.GetValue<string>();
                    return answer;
                }
            );
            yield return (
                "dns-records-put",
                () => control.PutAsync($"{path}/{id}", """{"name":"www","type":"A","content":"192.0.2.2","proxied":true}""")
            );
            yield return ("dns-records-edit", () => control.PatchAsync($"{path}/{id}", """{"comment":"web"}"""));
            yield return (
                "dns-records-batch",
                () =>
                    control.PostAsync(
                        path + "/batch",
                        """{"posts":[{"name":"a","type":"A","content":"192.0.2.3"},{"name":"b","type":"A","content":"192.0.2.4"}]}"""
                    )
            );
            yield return ("dns-records-import", () => ImportAsync(path + "/import"));
            yield return ("dns-records-delete", () => control.DeleteAsync($"{path}/{id}"));
        }

        private IEnumerable<(string Operation, Func<Task<Answer>> Call)> RulesetCalls(string path, string tag, string kind)
        {
            var (ruleset, rule) = ("", "");
            const string entryPoint = "/phases/http_request_firewall_custom/entrypoint";
            yield return (
                tag + "-create",
                async () =>
                {
                    var answer = await control.PostAsync(
                        path,
                        $$"""{"name":"mine","kind":"{{kind}}","phase":"http_request_firewall_custom","rules":[]}"""
                    );
                    ruleset = answer.Result["id"]!.GetValue<string>();
                    return answer;
                }
            );
            yield return (
                tag + "-create-rule",
                async () =>
                {
                    var answer = await control.PostAsync($"{path}/{ruleset}/rules", """{"action":"log","expression":"true"}""");
                    rule = answer.Result["rules"]![0]!["id"]!.GetValue<string>();
                    return answer;
                }
            );
            yield return (tag + "-edit-rule", () => control.PatchAsync($"{path}/{ruleset}/rules/{rule}", """{"enabled":false}"""));
            yield return (tag + "-delete-rule", () => control.DeleteAsync($"{path}/{ruleset}/rules/{rule}"));
            yield return (tag + "-put", () => control.PutAsync($"{path}/{ruleset}", """{"name":"ours"}"""));
            yield return (tag + "-put-entrypoint", () => control.PutAsync(path + entryPoint, """{"description":"all"}"""));
            yield return (tag + "-delete-version", () => control.DeleteAsync($"{path}/{ruleset}/versions/1"));
            yield return (tag + "-delete", () => control.DeleteAsync($"{path}/{ruleset}"));
        }

        private IEnumerable<(string Operation, Func<Task<Answer>> Call)> AccessRuleCalls(string path, string tag)
        {
            var rule = "";
            yield return (
                tag + "-create",
                async () =>
                {
                    const string body = """{"mode":"block","configuration":{"target":"ip","value":"192.0.2.1"}}""";
                    var answer = await control.PostAsync(path, body);
                    rule = answer.Result["id"]!.GetValue<string>();
                    return answer;
                }
            );
            yield return (tag + "-edit", () => control.PatchAsync($"{path}/{rule}", """{"notes":"a friend"}"""));
            yield return (tag + "-delete", () => control.DeleteAsync($"{path}/{rule}"));
        }

        private const string Because = """{"reason":"the shop is down"}""";

        private IEnumerable<(string Operation, Func<Task<Answer>> Call)> OlderRuleCalls(string path)
        {
            var id = "";
            foreach (
                var (tag, place, made, changed) in new[]
                {
                    (
                        "zone_lockdowns",
                        "lockdowns",
                        """{"urls":["a.example.com/*"],"configurations":[{"target":"ip","value":"192.0.2.1"}]}""",
                        """{"urls":["b.example.com/*"],"configurations":[{"target":"ip","value":"192.0.2.1"}]}"""
                    ),
                    (
                        "ua_rules",
                        "ua_rules",
                        """{"mode":"block","configuration":{"target":"ua","value":"a"}}""",
                        """{"mode":"block","configuration":{"target":"ua","value":"b"}}"""
                    ),
                }
            )
            {
                yield return (
                    tag + "-create",
                    async () =>
                    {
                        var answer = await control.PostAsync($"{path}/{place}", made);
                        id = answer.Result["id"]!.GetValue<string>();
                        return answer;
                    }
                );
                yield return (tag + "-update", () => control.PutAsync($"{path}/{place}/{id}", changed));
                yield return (tag + "-delete", () => control.DeleteAsync($"{path}/{place}/{id}"));
            }
        }

        private IEnumerable<(string Operation, Func<Task<Answer>> Call)> KillSwitchCalls(string path)
        {
            var id = "";
            yield return (
                "kill-switches-create",
                async () =>
                {
                    var answer = await control.PostAsync(path, """{"subject":"module","target":"cache","zone":"*","reason":"it fails"}""");
                    id = answer.Result["id"]!.GetValue<string>();
                    return answer;
                }
            );
            yield return ("kill-switches-delete", () => control.DeleteAsync($"{path}/{id}"));
        }

        private IEnumerable<(string Operation, Func<Task<Answer>> Call)> ListCalls(string path)
        {
            var list = "";
            yield return (
                "lists-create",
                async () =>
                {
                    var answer = await control.PostAsync(path, """{"name":"offices","kind":"ip"}""");
                    list = answer.Result["id"]!.GetValue<string>();
                    return answer;
                }
            );
            var release = () => $"/holdfast/v1/releases/list/{list}/newest";
            yield return ("releases-pause", () => control.PostAsync($"{release()}/pause", Because));
            yield return ("releases-resume", () => control.PostAsync($"{release()}/resume", Because));
            yield return ("releases-abort", () => control.PostAsync($"{release()}/abort", Because));
            yield return ("lists-update", () => control.PutAsync($"{path}/{list}", """{"description":"where we sit"}"""));
            if (!WithEdges)
            {
                yield return ("lists-append-items", () => control.PostAsync($"{path}/{list}/items", """[{"ip":"192.0.2.1"}]"""));
            }
            else
            {
                var fleet = new List<TestEdge>();
                yield return (
                    "lists-append-items",
                    async () =>
                    {
                        // Two edges: what is published next goes to one of them first.
                        foreach (var name in (string[])["skip-1", "skip-2"])
                        {
                            fleet.Add(new TestEdge(control.Data, control.Host.Url, Path.Combine(control.Data, name), name));
                        }

                        await Eventually.TrueAsync(() => fleet.TrueForAll(edge => edge.Intake.State.Connected), "both edges follow");
                        await Eventually.TrueAsync(
                            async () =>
                                (await control.GetAsync("/holdfast/v1/nodes"))
                                    .Result.AsArray()
                                    .Count(node => node!["name"]!.GetValue<string>().StartsWith("skip-", StringComparison.Ordinal)) == 2,
                            "control knows both"
                        );
                        return await control.PostAsync($"{path}/{list}/items", """[{"ip":"192.0.2.1"}]""");
                    }
                );
                yield return (
                    "releases-skip",
                    async () =>
                    {
                        await Eventually.TrueAsync(
                            async () => (await control.GetAsync(release())).Result["state"]!.GetValue<string>() is "rolling" or "soaking",
                            "it is in its first wave"
                        );
                        var answer = await control.PostAsync($"{release()}/skip", Because);
                        foreach (var edge in fleet)
                        {
                            await edge.DisposeAsync();
                        }

                        return answer;
                    }
                );
            }

            yield return (
                "lists-replace-items",
                () => control.PutAsync($"{path}/{list}/items", """[{"ip":"192.0.2.2"},{"ip":"2001:db8::/32"}]""")
            );
            yield return (
                "lists-delete-items",
                async () =>
                {
                    var items = await control.GetAsync($"{path}/{list}/items");
                    var body = $$"""{"items":[{"id":"{{items.Result[0]!["id"]}}"}]}""";
                    return await control.SendAsync(HttpMethod.Delete, $"{path}/{list}/items", body);
                }
            );
            yield return ("lists-delete", () => control.DeleteAsync($"{path}/{list}"));
        }

        private async Task<Answer> ImportAsync(string path)
        {
            using var form = new MultipartFormDataContent { { new StringContent("c.first.example. 300 IN A 192.0.2.5"), "file" } };
            using var response = await control.Client.PostAsync(path, form, TestContext.Current.CancellationToken);
            var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            return new Answer(response.StatusCode, JsonNode.Parse(body)!.AsObject(), null);
        }

        public void Dispose() => _ops?.Dispose();

        private static string Certificate()
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest("CN=first.example", key, HashAlgorithmName.SHA256);
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName("first.example");
            request.CertificateExtensions.Add(names.Build());
            using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
            return new JsonObject
            {
                ["certificate"] = certificate.ExportCertificatePem(),
                ["private_key"] = key.ExportPkcs8PrivateKeyPem(),
            }.ToJsonString(JsonSerializerOptions.Default);
        }
    }
}
