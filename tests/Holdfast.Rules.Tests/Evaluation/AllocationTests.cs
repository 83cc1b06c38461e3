using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Fields;
using Holdfast.Rules.Parsing;
using Holdfast.Rules.Phases;
using Holdfast.Rules.Tests.Reference;
using Holdfast.Rules.Types;

namespace Holdfast.Rules.Tests.Evaluation;

public class AllocationTests
{
    private const int Warm = 2_000;
    private const int Measured = 2_000;

    private static readonly TestSignals Request = new TestSignals()
        .With(Signal.HttpHost, "www.example.com")
        .With(Signal.HttpRequestUriPath, "/Some%20Path/page.html")
        .With(Signal.HttpUserAgent, "Mozilla/5.0 (compatible; Example/1.0)")
        .With(Signal.HttpRequestHeadersNames, "Accept", "User-Agent", "X-A")
        .With(Signal.HttpRequestHeaders, ("accept", "text/html"), ("x-a", "b,c"))
        .With(Signal.HttpRequestUriQuery, "a=1&b=2")
        .With(Signal.HttpRequestBodyRaw, "{\"a\":[1,{\"b\":\"c\\n\"}]}")
        .With(Signal.CfRandomSeed, "0123456789abcdef")
        .With(Signal.IpSrc, new RuleAddress(0xC0000201, false))
        .With(Signal.IpSrcCountry, "GB");

    [Theory]
    [InlineData("http.host eq \"www.example.com\" and not ip.src in {192.0.2.0/24 2001:db8::/32}")]
    [InlineData("ip.src.country in {\"GB\" \"FR\"} or cf.edge.server_port in {80 443 8000..8010}")]
    [InlineData("lower(http.request.uri.path) contains \"/page\"")]
    [InlineData("http.request.uri.path matches \"^/some.*\\\\.html$\"")]
    [InlineData("http.request.uri.path wildcard \"/SOME*.html\"")]
    [InlineData("any(lower(http.request.headers.names[*])[*] eq \"x-a\" or http.request.headers.names[*] contains \"z\")")]
    [InlineData("all(len(http.request.headers[\"accept\"][*])[*] gt 3)")]
    [InlineData("url_decode(http.request.uri.path, \"ur\") contains \" \"")]
    [InlineData("lookup_json_string(http.request.body.raw, \"a\", 1, \"b\") eq \"c\"")]
    [InlineData("lookup_json_integer(http.request.body.raw, \"a\", 0) eq 1")]
    [InlineData("concat(http.host, \"/\", http.request.uri.path, 5) eq \"x\"")]
    [InlineData("cidr(ip.src, 24, 64) eq 192.0.2.0")]
    [InlineData("join(http.request.headers.names, \",\") contains \"Accept\"")]
    [InlineData("split(http.request.headers[\"x-a\"][0], \",\", 5)[1] eq \"c\"")]
    [InlineData("any(decode_base64(http.request.headers.names[*])[*] eq \"a\")")]
    [InlineData("is_timed_hmac_valid_v0(\"key\", http.request.uri.path, 100, http.request.timestamp.sec)")]
    [InlineData(
        "substring(http.host, -3) eq \"com\" and remove_bytes(http.host, \".\") ne \"\" and has_key(http.request.headers, \"x-a\")"
    )]
    public void Evaluate_AFilter_AllocatesNothing(string written)
    {
        var filter = new RuleFilter(RuleParser.ReadFilter(written, new RuleScope(ExpressionPlace.AnyFilter)).Tree!);
        var evaluation = new RuleEvaluation();
        Assert.Equal(0, AllocatedBy(() => filter.Evaluate(Request, evaluation)));
    }

    [Theory]
    [InlineData("concat(\"https://\", http.host, lower(http.request.uri.path))")]
    [InlineData("wildcard_replace(http.request.uri.path, \"/some*/page*\", \"/${1}/${2}\")")]
    [InlineData("remove_query_args(http.request.uri.query, \"a\")")]
    [InlineData("encode_base64(sha256(http.host))")]
    [InlineData("to_string(ip.src)")]
    [InlineData("uuidv4(cf.random_seed)")]
    public void Evaluate_AValue_AllocatesNothing(string written)
    {
        var value = new RuleValue(RuleParser.ReadValue(written, new RuleScope(ExpressionPlace.AnyValue)).Tree!);
        var evaluation = new RuleEvaluation();
        Assert.Equal(0, AllocatedBy(() => value.Evaluate(Request, evaluation, out _)));
    }

    [Fact]
    public void Evaluate_OverALongBody_AllocatesNothing()
    {
        var request = new TestSignals().With(Signal.HttpRequestBodyRaw, new string('A', 128 * 1024));
        var filter = new RuleFilter(
            RuleParser.ReadFilter("lower(http.request.body.raw) matches \"b$\"", new RuleScope(ExpressionPlace.AnyFilter)).Tree!
        );
        var evaluation = new RuleEvaluation();
        Assert.True(AllocatedBy(() => filter.Evaluate(request, evaluation), 20) < 100 * 1024);
    }

    // The least of several rounds, because the runtime compiles and the engine builds states while the first ones run.
    private static long AllocatedBy(Action evaluate, int times = Measured)
    {
        for (var i = 0; i < Math.Min(Warm, times); i++)
        {
            evaluate();
        }

        var least = long.MaxValue;
        for (var round = 0; round < 5; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < times; i++)
            {
                evaluate();
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
