using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Holdfast.Control.Access;
using Holdfast.Control.Envelope;
using Holdfast.Control.Operations;
using Holdfast.Control.Operators;
using Holdfast.Control.Tests.Faults;
using Holdfast.Control.Tests.Operators;
using Holdfast.Control.Tests.Tokens;

namespace Holdfast.Control.Tests.Access;

/// <summary>
/// Every operation that can be called, with every kind of credential: what it must answer. The operations are those that are mapped, so a
/// new one is in it; where its handler decides, the tables here must say what becomes of it, or the test fails.
/// </summary>
public sealed partial class PermissionMatrixTests : IAsyncLifetime
{
    private const string Known = "353e105f4ecef8ad9ca31a8372d0c023";

    // The example's password is nobody's.
    private static readonly Verdict BadSignIn = new(401, ErrorCodes.Authentication);

    private static readonly Verdict Refused = new(403, ErrorCodes.InvalidAccessToken);

    /// <summary>Operations on zones whose path names none: what a caller gets who may do everything, but to another zone only.</summary>
    private static readonly Dictionary<string, Verdict> OnNoZone = new(StringComparer.Ordinal)
    {
        // Only those that the caller may see.
        ["zones-list"] = Verdict.In,
        ["security-events-list-all"] = Verdict.In,
        ["zones-create"] = Refused,
        ["zones-import"] = Refused,
        ["zones-put-by-name"] = Refused,
    };

    /// <summary>Operations that need no permission: what a token gets that has none.</summary>
    private static readonly Dictionary<string, Verdict> OfAnybody = new(StringComparer.Ordinal)
    {
        ["tokens-verify"] = Verdict.In,

        // The tokens here are the user's, and none of the account's.
        ["account_tokens-verify"] = new Verdict(401, ErrorCodes.InvalidToken),
        ["ips-list"] = Verdict.In,
        ["sessions-create"] = BadSignIn,
        ["sessions-list"] = Refused,
        ["sessions-current"] = Verdict.In,
        ["sessions-delete"] = Refused,
        ["operators-get"] = Refused,
        ["operators-set-password"] = Refused,
        ["operators-enrol-totp"] = Refused,
        ["operators-confirm-totp"] = Refused,
        ["operators-remove-totp"] = Refused,
        ["operators-renew-recovery-codes"] = Refused,
        ["operators-roll-api-key"] = Refused,
        ["operators-remove-api-key"] = Refused,
    };

    /// <summary>Seen by those alone who may do what it tells of.</summary>
    private static readonly string[] SeenByDoers = ["cache-get-purge"];

    /// <summary>What nobody may do for whom the permission is all they have: they would give others more than that.</summary>
    private static readonly string[] GivesPower =
    [
        "tokens-create",
        "account_tokens-create",
        "operators-create",
        "operators-edit",
        "operators-delete",
    ];

    private readonly MovedTime _time = new();
    private readonly List<string> _wrong = [];
    private TestControl _control = null!;
    private string _zone = "";
    private string _account = "";
    private string _user = "";
    private string _operator = "";

    public async ValueTask InitializeAsync()
    {
        _control = await TestControl.StartAsync(time: _time, configure: options => options with { RequestsPerPeriod = 1_000_000 });
        _zone = await _control.AddZoneAsync("example.com");
        _account = await _control.AccountIdAsync();
        _user = await _control.UserIdAsync();
        _operator = (await OperatorUnderTest.AddAsync(_control)).Id;
    }

    public ValueTask DisposeAsync() => _control.DisposeAsync();

    [Fact]
    public async Task NoToken_Is401Everywhere()
    {
        await EachAsync(
            "no token",
            null,
            operation => operation.NeedsCredential ? new Verdict(401, ErrorCodes.Authentication) : OfAnybody[operation.Id]
        );
        Assert.True(_wrong.Count == 0, string.Join('\n', _wrong));
    }

    [Theory]
    [InlineData("unknown", 401, ErrorCodes.InvalidToken)]
    [InlineData("expired", 200, 0)]
    [InlineData("disabled", 200, 0)]
    [InlineData("elsewhere", 403, ErrorCodes.InvalidAccessToken)]
    public async Task TokenThatDoesNotHold_Is403Everywhere(string state, int verifyStatus, int verifyCode)
    {
        var value = "not-a-token-that-anybody-was-given";
        if (state != "unknown")
        {
            var more = state switch
            {
                "expired" => $",\"expires_on\":\"{_time.GetUtcNow().AddMinutes(1):yyyy-MM-ddTHH:mm:ssZ}\"",
                "elsewhere" => ""","condition":{"request_ip":{"in":["192.0.2.0/24"]}}""",
                _ => "",
            };
            (var id, value) = await _control.AddTokenAsync(Everything(more));
            if (state == "disabled")
            {
                var answer = await _control.PutAsync($"{TestTokens.TokensPath}/{id}", Everything(""","status":"disabled" """));
                Assert.Equal(200, (int)answer.Status);
            }
        }

        await EachAsync(
            state,
            value,
            operation =>
                operation.Id == "tokens-verify" ? new Verdict(verifyStatus, verifyCode)
                : operation.Id == "account_tokens-verify" && state != "elsewhere" ? OfAnybody[operation.Id]
                : operation.NeedsCredential ? Refused
                : OfAnybody[operation.Id]
        );
        Assert.True(_wrong.Count == 0, string.Join('\n', _wrong));
    }

    [Fact]
    public async Task TokenWithoutThePermission_IsRefused()
    {
        foreach (var same in _control.Operations.GroupBy(operation => Needed(operation)))
        {
            var groups = PermissionGroups.All.Where(group =>
                !same.First().Alternatives.Concat(OneOf(same.First().Permission)).Any(needed => group.Covers(needed))
            );
            var token = await AddAsync(groups);
            await EachAsync(
                "every other permission",
                token,
                operation => operation.Permission is not null && !OnNoZone.ContainsKey(operation.Id) ? Refused : null,
                same
            );
        }

        Assert.True(_wrong.Count == 0, string.Join('\n', _wrong));
    }

    [Fact]
    public async Task TokenOfAnotherZone_IsRefused()
    {
        var other = await _control.AddZoneAsync("other.example");
        var resources = $$"""{"com.cloudflare.api.account.zone.{{other}}":"*"}""";
        var zone = PermissionGroups.All.Where(group => group.Scope == ResourceScope.Zone);
        var (_, token) = await _control.AddTokenAsync(resources, zone);
        await EachAsync(
            "everything, of another zone",
            token,
            operation =>
                operation.Permission is null ? OfAnybody.GetValueOrDefault(operation.Id)
                : operation.Permission.Scope == ResourceScope.Zone && !OfAZone(operation) ? OnNoZone.GetValueOrDefault(operation.Id)
                : Refused
        );
        Assert.True(_wrong.Count == 0, string.Join('\n', _wrong));
        var seen = await _control.GetAsync("/client/v4/zones", token);
        Assert.Equal(other, Assert.Single(seen.Result.AsArray())!["id"]!.GetValue<string>());
    }

    [Fact]
    public async Task TokenThatReads_ReadsEverythingAndChangesNothing()
    {
        var token = await AddAsync(PermissionGroups.All.Where(group => group.Name.EndsWith(" Read", StringComparison.Ordinal)));
        await EachAsync(
            "reads everything",
            token,
            operation =>
                operation.Permission is null ? null
                : operation.Method == "GET" && !SeenByDoers.Contains(operation.Id) ? Verdict.In
                : Refused
        );
        Assert.True(_wrong.Count == 0, string.Join('\n', _wrong));
    }

    [Fact]
    public async Task TokenWithThePermissionAlone_IsLetIn()
    {
        foreach (var operation in _control.Operations.Where(operation => operation.Permission is not null))
        {
            // What one operation does is no matter of the next.
            _zone = await _control.AddZoneAsync($"zone-{Guid.NewGuid():N}.example");
            var needed = operation.Permission!;
            var (_, token) = await _control.AddTokenAsync(Resources(needed, OfAZone(operation) ? _zone : "*"), [needed]);
            var due = GivesPower.Contains(operation.Id) ? Refused : Verdict.In;
            await EachAsync("the permission alone", token, _ => due, [operation], changes: true);
        }

        Assert.True(_wrong.Count == 0, string.Join('\n', _wrong));
    }

    [Fact]
    public void Viewer_MayNotDoWhatIsNoGet()
    {
        var viewer = new Caller("id", "viewer", OperatorRoles.PoliciesOf(OperatorRole.Viewer));
        foreach (var operation in _control.Operations.Where(one => one.Method != "GET" && one.Permission is not null))
        {
            var needed = operation.Alternatives.Append(operation.Permission!);
            Assert.False(needed.Any(group => viewer.May(group) || viewer.MayEverywhere(group)), operation.Id);
        }
    }

    /// <summary>Calls operations as their example says, and notes those that answer something else than expected; null: not asked.</summary>
    private async Task EachAsync(
        string with,
        string? token,
        Func<ApiOperation, Verdict?> expected,
        IEnumerable<ApiOperation>? operations = null,
        bool changes = false
    )
    {
        var before = changes ? "" : await StoredRows.OfAsync(_control);
        foreach (var operation in operations ?? _control.Operations)
        {
            if (expected(operation) is not { } wanted)
            {
                if (
                    operation.Permission is null
                        ? !OfAnybody.ContainsKey(operation.Id)
                        : !OfAZone(operation) && !OnNoZone.ContainsKey(operation.Id)
                )
                {
                    _wrong.Add($"{operation.Id} is in no table of this test: say what a caller gets without a permission or a zone");
                }

                continue;
            }

            // A quarter of an hour later nobody is slowed for what went wrong before.
            _time.Advance(TimeSpan.FromMinutes(16));
            var got = await CallAsync(operation, token);
            var isRefusal = got.Status == 401 || got == Refused;
            if (wanted == Verdict.In ? isRefusal : got != wanted)
            {
                _wrong.Add($"{operation.Id} with {with}: {wanted} was due, and {got} came");
            }

            var after = changes ? "" : await StoredRows.OfAsync(_control);
            if (isRefusal && before != after)
            {
                _wrong.Add($"{operation.Id} with {with} was refused and changed something");
            }

            before = after;
        }
    }

    private async Task<Verdict> CallAsync(ApiOperation operation, string? token)
    {
        var path = Braces()
            .Replace(
                operation.Path,
                braces =>
                    braces.Groups[1].Value switch
                    {
                        "zone_id" => _zone,
                        "account_id" => _account,
                        "operator_id" => _operator,
                        "setting_id" => "http2",
                        "ruleset_phase" => "http_request_firewall_custom",
                        "ruleset_version" => "1",
                        "name" => "example.com",
                        _ => Known,
                    }
            );
        using var request = new HttpRequestMessage(new HttpMethod(operation.Method), path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token ?? "");
        if (operation.Body?.Example is { } example)
        {
            request.Content = new StringContent(example.ToJsonString(), Encoding.UTF8, "application/json");
        }

        using var response = await _control.Client.SendAsync(request, TestContext.Current.CancellationToken);
        if (response.IsSuccessStatusCode)
        {
            return new Verdict((int)response.StatusCode, 0);
        }

        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new Verdict((int)response.StatusCode, JsonNode.Parse(text)!["errors"]![0]!["code"]!.GetValue<int>());
    }

    private async Task<string> AddAsync(IEnumerable<PermissionGroup> groups) =>
        (await _control.AddTokenAsync(TestTokens.Body(Policies(groups)))).Value;

    private string Everything(string more) => TestTokens.Body(Policies(PermissionGroups.All), more);

    private IEnumerable<string> Policies(IEnumerable<PermissionGroup> groups) =>
        groups.GroupBy(group => group.Scope).Select(same => TestTokens.Policy(Resources(same.First(), "*"), same));

    private string Resources(PermissionGroup group, string zone) =>
        group.Scope switch
        {
            ResourceScope.Zone => $$"""{"com.cloudflare.api.account.zone.{{zone}}":"*"}""",
            ResourceScope.Account => $$"""{"com.cloudflare.api.account.{{_account}}":"*"}""",
            _ => $$"""{"com.cloudflare.api.user.{{_user}}":"*"}""",
        };

    private static bool OfAZone(ApiOperation operation) => operation.Path.Contains("{zone_id}", StringComparison.Ordinal);

    private static string Needed(ApiOperation operation) =>
        string.Join(' ', operation.Alternatives.Concat(OneOf(operation.Permission)).Select(group => group.Id));

    private static IEnumerable<PermissionGroup> OneOf(PermissionGroup? group) => group is null ? [] : [group];

    [GeneratedRegex(@"\{\**(\w+)[^}]*\}")]
    private static partial Regex Braces();

    /// <summary>What an answer is.</summary>
    /// <param name="Status">Its status.</param>
    /// <param name="Code">The code of its first error, or 0.</param>
    private sealed record Verdict(int Status, int Code)
    {
        /// <summary>Whatever the operation makes of the request: the caller was let in.</summary>
        public static Verdict In { get; } = new(0, 0);
    }
}
