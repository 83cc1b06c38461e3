using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Fields;
using Holdfast.Rules.Tests.Reference;
using Holdfast.Rules.Types;

namespace Holdfast.Rules.Tests.Evaluation;

/// <summary>What expressions say of one request; the examples of the public reference are among them.</summary>
internal static class RequestCases
{
    public static readonly TestSignals Request = Make([]);

    /// <summary>The same request when the sources that can be lost are.</summary>
    public static readonly TestSignals Lost = Make([
        SignalSource.Country,
        SignalSource.AutonomousSystem,
        SignalSource.BotScore,
        SignalSource.VerifiedBots,
        SignalSource.Body,
    ]);

    public static readonly (string Written, Truth Expected)[] Filters =
    [
        ("http.host eq \"www.example.com\"", Truth.True),
        ("http.host eq \"WWW.example.com\"", Truth.False),
        ("http.host ne \"a\"", Truth.True),
        ("http.host lt \"x\"", Truth.True),
        ("http.host ge \"www.example.com\"", Truth.True),
        ("http.host gt \"www.example.com\"", Truth.False),
        ("http.host contains \"example\"", Truth.True),
        ("http.host contains \"\"", Truth.True),
        ("http.host contains \"Example\"", Truth.False),
        ("http.host in {\"a\" \"www.example.com\"}", Truth.True),
        ("http.host in {\"a\" \"b\"}", Truth.False),
        ("http.referer eq \"\"", Truth.True),
        ("ssl", Truth.True),
        ("not ssl", Truth.False),
        ("ssl xor ssl", Truth.False),
        ("ssl xor true", Truth.False),
        ("ssl xor false xor true", Truth.False),
        ("false or ssl and true", Truth.True),
        ("ip.src eq 192.0.2.77", Truth.True),
        ("ip.src ne 192.0.2.77", Truth.False),
        ("ip.src in {192.0.2.0/24}", Truth.True),
        ("ip.src in {192.0.2.70..192.0.2.76}", Truth.False),
        ("ip.src in {192.0.2.70..192.0.2.77 10.0.0.0/8}", Truth.True),
        ("ip.src in {::/0}", Truth.False),
        ("ip.src in {0.0.0.0/0}", Truth.True),
        ("ip.src in {::ffff:192.0.2.77}", Truth.False),
        ("cidr(ip.src, 24, 24) eq 192.0.2.0", Truth.True),
        ("cidr(cf.edge.server_ip, 24, 24) eq 2001:d00::", Truth.True),
        ("cidr6(cf.edge.server_ip, 24) eq 2001:d00::", Truth.True),
        ("cidr6(ip.src, 24) eq 192.0.2.77", Truth.True),
        ("ip.src in $office", Truth.True),
        ("http.host in $office", Truth.False),
        ("ip.src in $nowhere", Truth.Unknown),
        ("cf.edge.server_port in {80 443 8000..8010}", Truth.True),
        ("cf.edge.server_port in {444..8000 -5}", Truth.False),
        ("cf.edge.server_port le 443", Truth.True),
        // Wildcards.
        ("http.request.full_uri wildcard \"https://WWW.example.com/*\"", Truth.True),
        ("http.request.full_uri wildcard \"*.example.com/*/page.html\"", Truth.False),
        ("http.request.full_uri wildcard \"*/page.html?*\"", Truth.True),
        ("http.request.full_uri strict wildcard \"https://WWW.example.com/*\"", Truth.False),
        ("http.request.full_uri strict wildcard \"https://www.example.com/*\"", Truth.True),
        ("http.host wildcard \"example\"", Truth.False),
        ("http.host wildcard \"*\"", Truth.True),
        ("http.host wildcard \"www*.com*\"", Truth.True),
        ("http.host wildcard \"www.example.com*www.example.com\"", Truth.False),
        // Regular expressions, with Rust's meaning.
        ("http.request.uri.path matches \"^/Some\"", Truth.True),
        ("http.request.uri.path matches \"(?i)PAGE\"", Truth.True),
        ("http.request.uri.path matches \"PAGE\"", Truth.False),
        ("http.request.headers[\"lines\"][0] matches \"a$\"", Truth.False),
        ("http.request.headers[\"lines\"][0] matches \"(?m)^b$\"", Truth.True),
        ("http.request.headers[\"lines\"][0] matches \"a.b\"", Truth.False),
        ("http.request.headers[\"lines\"][0] matches \"(?s)a.b\"", Truth.True),
        ("http.request.headers[\"lines\"][0] matches \"b\\z\"", Truth.False),
        ("http.request.headers[\"digits\"][0] matches \"^\\d+$\"", Truth.False),
        ("http.request.headers[\"digits\"][0] matches \"(?u)^\\d+$\"", Truth.True),
        ("http.request.headers[\"hangul\"][0] matches \"(?u)^\\p{Hangul}+$\"", Truth.True),
        ("http.request.headers[\"hangul\"][0] matches \"(?u)^\\p{Greek}+$\"", Truth.False),
        ("http.request.headers[\"hangul\"][0] matches \"(?u)^.{2}$\"", Truth.True),
        ("http.request.headers[\"hangul\"][0] matches \"^.{6}$\"", Truth.True),
        ("http.request.headers[\"accent\"][0] matches \"caf\\b\"", Truth.True),
        ("http.request.headers[\"accent\"][0] matches \"(?i)CAFÉ\"", Truth.False),
        ("http.request.headers[\"accent\"][0] matches \"(?iu)CAFÉ\"", Truth.True),
        ("http.request.headers[\"accent\"][0] matches \"^\\w+$\"", Truth.False),
        ("http.request.headers[\"accent\"][0] matches \"(?u)^\\w+$\"", Truth.True),
        ("http.request.headers[\"accent\"][0] matches r\"\\xc3\\xa9$\"", Truth.True),
        ("http.request.headers[\"accent\"][0] matches \"[^a-z]{2}$\"", Truth.True),
        ("http.host matches \"[[:alpha:]]+\\.[a-z&&[^q]]+\"", Truth.True),
        ("http.host matches \"^[\\w.--a-z]+$\"", Truth.False),
        ("http.host matches \"(?x) www \\. # the first label\"", Truth.True),
        ("http.host matches \"\"", Truth.True),
        ("http.host matches \"[a&&b]\"", Truth.False),
        // Arrays, maps, missing values.
        ("http.request.headers.names[0] eq \"Host\"", Truth.True),
        ("http.request.headers.names[99] eq \"Host\"", Truth.False),
        ("http.request.headers.names[99] ne \"Host\"", Truth.False),
        ("not http.request.headers.names[99] eq \"Host\"", Truth.True),
        ("http.request.headers[\"none\"][0] ne \"a\"", Truth.False),
        ("any(http.request.headers.names[*] eq \"Accept\")", Truth.True),
        ("all(http.request.headers.names[*] eq \"Accept\")", Truth.False),
        ("any(lower(http.request.headers.names[*])[*] eq \"accept\")", Truth.True),
        ("any(http.request.headers[\"accept\"][*] eq \"text/html\")", Truth.True),
        ("all(http.request.headers[\"none\"][*] eq \"a\")", Truth.True),
        ("any(http.request.headers[\"none\"][*] eq \"a\")", Truth.False),
        ("http.request.uri.args[\"filter\"][1] eq \"botm\"", Truth.True),
        ("len(http.request.uri.args[\"filter\"][1]) eq 4", Truth.True),
        ("all(len(http.request.uri.args[\"filter\"][*])[*] in {3 4})", Truth.True),
        ("all(not len(http.request.uri.args[\"filter\"][*])[*] in {3 4})", Truth.False),
        ("len(http.request.uri.args[\"filter\"]) ge 0", Truth.True),
        ("len(http.request.uri.args[\"filter\"]) eq 3", Truth.True),
        ("not len(http.request.uri.args[\"order\"]) ge 0", Truth.True),
        ("len(http.request.headers.names) eq 2", Truth.True),
        ("any(http.request.headers.names[*] eq \"Host\" and http.request.headers.values[*] eq \"www.example.com\")", Truth.True),
        ("any(http.request.headers.names[*] eq \"Host\" and http.request.headers.values[*] eq \"text/html\")", Truth.False),
        ("any(starts_with(http.request.headers.names[*], \"Acc\"))", Truth.True),
        ("any(concat(http.request.headers.names[*], \"!\")[*] eq \"Host!\")", Truth.True),
        ("len(concat(http.request.headers.names, http.request.headers.values)) eq 4", Truth.True),
        ("concat(http.request.headers.names, http.request.headers[\"none\"], http.request.headers.values)[3] eq \"text/html\"", Truth.True),
        ("has_key(http.request.headers, \"accept\")", Truth.True),
        ("has_key(http.request.headers, \"Accept\")", Truth.False),
        ("has_value(http.request.headers.values, \"text/html\")", Truth.True),
        ("has_value(http.request.headers.values, \"text\")", Truth.False),
        ("has_value(http.request.headers[\"none\"], \"text\")", Truth.False),
        // Functions.
        ("lower(http.request.uri.path) eq \"/some/page.html\"", Truth.True),
        ("upper(http.host) eq \"WWW.EXAMPLE.COM\"", Truth.True),
        ("upper(http.request.headers[\"accent\"][0]) eq \"CAFé\"", Truth.True),
        ("len(http.host) eq 15", Truth.True),
        ("len(http.request.headers[\"accent\"][0]) eq 5", Truth.True),
        ("ends_with(http.request.uri.path, \".html\")", Truth.True),
        ("starts_with(http.request.uri.path, \"/some\")", Truth.False),
        ("not starts_with(http.request.headers[\"none\"][0], \"a\")", Truth.True),
        ("remove_bytes(http.host, \"\\x2e\\x77\") eq \"examplecom\"", Truth.True),
        ("substring(http.host, 4, 11) eq \"example\"", Truth.True),
        ("substring(http.host, -3) eq \"com\"", Truth.True),
        ("substring(http.host, 0, -4) eq \"www.example\"", Truth.True),
        ("substring(http.host, 9, 3) eq \"\"", Truth.True),
        ("substring(http.host, -99, 99) eq \"www.example.com\"", Truth.True),
        ("concat(\"String1\", \" \", \"String\", 2) eq \"String1 String2\"", Truth.True),
        ("concat(http.host, http.request.headers[\"none\"][0], \"!\") eq \"www.example.com!\"", Truth.True),
        ("any(decode_base64(http.request.headers[\"client_id\"][*])[*] eq \"123abc\")", Truth.True),
        ("decode_base64(http.host) eq \"\"", Truth.False),
        ("url_decode(\"John%20Doe\") eq \"John Doe\"", Truth.True),
        ("url_decode(\"John+Doe\") eq \"John Doe\"", Truth.True),
        ("url_decode(\"%2520\") eq \"%20\"", Truth.True),
        ("url_decode(\"%2520\", \"r\") eq \" \"", Truth.True),
        ("url_decode(\"%u2601\", \"u\") eq \"\\xe2\\x98\\x81\"", Truth.True),
        ("url_decode(\"%uD83D%uDE00\", \"u\") eq \"\\xf0\\x9f\\x98\\x80\"", Truth.True),
        ("url_decode(\"%uD83D\", \"u\") eq \"\\xef\\xbf\\xbd\"", Truth.True),
        ("url_decode(\"%E4%BD\") eq \"\\xe4\\xbd\"", Truth.True),
        ("url_decode(\"%zz%2\") eq \"%zz%2\"", Truth.True),
        ("lookup_json_integer(http.request.body.raw, \"version\") eq 2", Truth.True),
        ("lookup_json_integer(http.request.body.raw, \"product\", \"id\") eq 356", Truth.True),
        ("lookup_json_integer(http.request.body.raw, \"network_ids\", 1) eq 456", Truth.True),
        ("lookup_json_integer(http.request.body.raw, \"float\") eq 42", Truth.False),
        ("lookup_json_string(http.request.body.raw, \"items\", 1, \"network\") eq \"example\"", Truth.True),
        ("lookup_json_string(http.request.body.raw, \"esc\") eq \"a\\\"\\x0a\\xc3\\xa9\\xf0\\x9f\\x98\\x80\"", Truth.True),
        ("lookup_json_string(http.request.body.raw, \"dou\\xc3\\xa9\") eq \"last\"", Truth.True),
        ("lookup_json_string(http.request.body.raw, \"none\") ne \"a\"", Truth.False),
        ("lookup_json_string(http.host, \"a\") ne \"a\"", Truth.False),
        ("join(http.request.headers.names, \",\") eq \"Host,Accept\"", Truth.True),
        ("join(http.request.headers[\"none\"], \",\") eq \"\"", Truth.False),
        ("split(http.request.headers[\"x-categories\"][0], \",\", 64)[3] eq \"auto\"", Truth.True),
        ("split(http.request.headers[\"x-categories\"][0], \",\", 3)[2] eq \",auto\"", Truth.True),
        ("split(http.request.headers[\"x-categories\"][0], \",\", 2)[1] eq \"electronics,,auto\"", Truth.True),
        ("len(split(http.request.headers[\"x-categories\"][0], \",\", 64)) eq 4", Truth.True),
        ("split(http.request.headers[\"x-categories\"][0], \",\", 64)[4] ne \"a\"", Truth.False),
        // What is known, and what has no source here.
        ("ip.src.country eq \"GB\"", Truth.True),
        ("holdfast_known(ip.src.country)", Truth.True),
        ("holdfast_known(ip.src.city)", Truth.False),
        ("ip.src.city eq \"A\"", Truth.Unknown),
        ("ip.src.city ne \"A\"", Truth.Unknown),
        ("not ip.src.city eq \"A\"", Truth.Unknown),
        ("ip.src.city eq \"A\" or ssl", Truth.True),
        ("ip.src.city eq \"A\" and not ssl", Truth.False),
        ("ip.src.city eq \"A\" and ssl", Truth.Unknown),
        ("any(cf.bot_management.detection_ids[*] eq 5)", Truth.Unknown),
        ("any(http.request.body.multipart.names[*][0] eq \"a\")", Truth.Unknown),
        ("cf.threat_score lt 10", Truth.Unknown),
        ("lower(ip.src.city) eq \"a\"", Truth.Unknown),
        ("starts_with(http.host, ip.src.city)", Truth.Unknown),
        ("concat(http.host, ip.src.city) eq \"a\"", Truth.Unknown),
    ];

    /// <summary>What filters say when the sources are lost.</summary>
    public static readonly (string Written, Truth Expected)[] LostFilters =
    [
        ("cf.bot_management.score lt 30", Truth.Unknown),
        ("cf.bot_management.score ge 0 or cf.bot_management.score lt 0", Truth.Unknown),
        ("not cf.bot_management.verified_bot", Truth.Unknown),
        ("ip.src.country ne \"GB\"", Truth.Unknown),
        ("ip.src.country in {\"GB\"} xor ssl", Truth.Unknown),
        ("http.host eq \"a\" and cf.bot_management.score lt 30", Truth.False),
        ("cf.client.bot or ssl", Truth.True),
        ("holdfast_known(cf.bot_management.score)", Truth.False),
        ("not holdfast_known(cf.bot_management.score)", Truth.True),
        ("holdfast_known(cf.bot_management.score) and cf.bot_management.score lt 30", Truth.False),
        ("any(http.request.body.form[\"a\"][*] eq \"b\")", Truth.Unknown),
        ("all(http.request.body.form.values[*] ne \"b\")", Truth.Unknown),
        ("has_key(http.request.body.form, \"a\")", Truth.Unknown),
        ("len(http.request.body.form.names) gt 5", Truth.Unknown),
        (
            "any(http.request.headers.names[*] eq \"Host\" and concat(http.request.headers.names[*], ip.src.country)[*] eq \"a\")",
            Truth.Unknown
        ),
    ];

    public static readonly (string Written, string? Expected)[] Values =
    [
        ("\"https://example.com/\"", "https://example.com/"),
        ("concat(\"https://\", http.host, \"/x\")", "https://www.example.com/x"),
        ("regex_replace(\"/foo/bar\", \"/bar$\", \"/baz\")", "/foo/baz"),
        ("regex_replace(\"/x\", \"^/y$\", \"/mumble\")", "/x"),
        ("regex_replace(\"/foo\", \"^/FOO$\", \"/x\")", "/foo"),
        ("regex_replace(\"/a/a\", \"/a\", \"/b\")", "/b/a"),
        ("regex_replace(\"/b\", \"^/b$\", \"/b$$\")", "/b$"),
        ("regex_replace(\"/foo/a/path\", \"^/foo/([^/]*)/(.*)$\", \"/bar/${2}/${1}\")", "/bar/path/a"),
        ("regex_replace(\"a\\\\b\", r\"\\\\\", \"/\")", "a/b"),
        ("regex_replace(\"aaa\", \"a+?\", \"b\")", "baa"),
        (
            "wildcard_replace(http.request.full_uri, \"https://*.example.com/*/*\", \"https://example.com/${1}/${2}/${3}\")",
            "https://example.com/www/Some/page.html?filter=waf"
        ),
        (
            "wildcard_replace(http.request.full_uri, \"/applications/*\", \"/apps/${1}\")",
            "https://www.example.com/Some/page.html?filter=waf"
        ),
        ("wildcard_replace(http.request.uri.path, \"/some/*\", \"/${1}\")", "/page.html"),
        ("wildcard_replace(http.request.uri.path, \"/some/*\", \"/${1}\", \"s\")", "/Some/page.html"),
        ("wildcard_replace(http.request.uri.path, \"/Some/*.html\", \"/${1}/$$\")", "/page/$"),
        ("remove_query_args(http.request.uri.query, \"country\")", "order=asc&x=1"),
        ("remove_query_args(http.request.uri.query, \"order\")", "country=GB&x=1"),
        ("remove_query_args(http.request.uri.query, \"order\", \"x\", \"country\")", ""),
        ("remove_query_args(http.request.uri.query, \"search\")", "order=asc&country=GB&x=1"),
        ("to_string(cf.bot_management.score)", "5"),
        ("to_string(ssl)", "true"),
        ("to_string(ip.src)", "192.0.2.77"),
        ("to_string(cf.edge.server_ip)", "2001:db8:130f::9c0:876a:130b"),
        ("encode_base64(\"hello world\")", "aGVsbG8gd29ybGQ"),
        ("encode_base64(\"hello world\", \"p\")", "aGVsbG8gd29ybGQ="),
        ("encode_base64(\"\\xfb\\xff\", \"u\")", "-_8"),
        ("encode_base64(\"\\xfb\\xff\", \"up\")", "-_8="),
        (
            "encode_base64(sha256(\"my-string\"), \"p\")",
            Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData("my-string"u8))
        ),
        ("uuidv4(cf.random_seed)", "30313233-3435-4637-b839-616263646566"),
        ("concat(\"/\", http.request.accepted_languages[0], http.request.uri.path)", "//Some/page.html"),
        ("http.request.headers[\"none\"][0]", null),
        ("ip.src.city", null),
    ];

    private static TestSignals Make(HashSet<SignalSource> lost)
    {
        var signals = new TestSignals { Lost = lost }
            .With(Signal.HttpHost, "www.example.com")
            .With(Signal.HttpRequestFullUri, "https://www.example.com/Some/page.html?filter=waf")
            .With(Signal.HttpRequestUriPath, "/Some/page.html")
            .With(Signal.HttpRequestUriQuery, "order=asc&country=GB&x=1")
            .With(Signal.HttpRequestUriArgs, ("filter", "waf"), ("filter", "botm"), ("filter", "cdn"))
            .With(Signal.HttpRequestHeadersNames, "Host", "Accept")
            .With(Signal.HttpRequestHeadersValues, "www.example.com", "text/html")
            .With(
                Signal.HttpRequestHeaders,
                ("accept", "text/html"),
                ("client_id", "MTIzYWJj"),
                ("x-categories", "groceries,electronics,,auto"),
                ("lines", "a\nb\n"),
                ("digits", "٣٤"),
                ("hangul", "한글"),
                ("accent", "café")
            )
            .With(
                Signal.HttpRequestBodyRaw,
                "{ \"version\": 2, \"product\": { \"id\": 356 }, \"network_ids\": [123, 456], \"float\": 42.0, \"items\": [{ \"network\": \"other\" }, { \"network\": \"example\" }], \"esc\": \"a\\\"\\n\\u00e9\\ud83d\\ude00\", \"dou\\u00e9\": \"first\", \"dou\\u00e9\": \"last\" }"
            )
            .With(Signal.IpSrc, new RuleAddress(0xC000024D, false))
            .With(Signal.IpSrcCountry, "GB")
            .With(Signal.CfEdgeServerIp, RuleAddress.From(System.Net.IPAddress.Parse("2001:db8:130f::9c0:876a:130b")))
            .With(Signal.CfEdgeServerPort, 443)
            .With(Signal.CfBotManagementScore, 5)
            .With(Signal.CfRandomSeed, "0123456789abcdef")
            .With(Signal.Ssl, true);
        signals.Lists["office"] = [new RuleAddress(0xC000024D, false)];
        return signals;
    }
}
