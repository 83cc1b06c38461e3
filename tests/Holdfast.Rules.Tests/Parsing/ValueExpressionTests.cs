using Holdfast.Rules.Parsing;
using Holdfast.Rules.Phases;
using Holdfast.Rules.Syntax;

namespace Holdfast.Rules.Tests.Parsing;

public class ValueExpressionTests
{
    private static readonly RuleScope Anywhere = new(ExpressionPlace.AnyValue);

    [Theory]
    [InlineData("\"https://example.com/\"")]
    [InlineData("http.host")]
    [InlineData("concat(\"https://\", http.host, http.request.uri.path)")]
    [InlineData("concat(\"/\", http.request.accepted_languages[0], http.request.uri.path)")]
    [InlineData(
        "regex_replace(http.request.uri.path, \"^/foo/([^/]*)/(.*)$\", \"/bar/${2}/${1}\")",
        "regex_replace(http.request.uri.path, \"^/foo/([^/]*)/(.*)$\", \"/bar/${2}/${1}\")"
    )]
    [InlineData("regex_replace(http.host, r\"\\\\\", \"a\")")]
    [InlineData("regex_replace(http.host, \"\\\\\\\\\", \"a\")", "regex_replace(http.host, r\"\\\\\", \"a\")")]
    [InlineData("regex_replace(\"/foo/bar\", \"/bar$\", \"/baz\")")]
    [InlineData("wildcard_replace(http.request.full_uri, \"https://*.example.com/*/*\", \"https://example.com/${1}/${2}/${3}\")")]
    [InlineData("wildcard_replace(http.request.uri.path, \"/apps/*\", \"/${1}\", \"s\")")]
    [InlineData("to_string(cf.bot_management.score)")]
    [InlineData("to_string(ssl)")]
    [InlineData("to_string(ip.src)")]
    [InlineData("to_string(http.host eq \"a\")")]
    [InlineData("remove_query_args(http.request.uri.query, \"country\", \"order\")")]
    [InlineData("remove_query_args(raw.http.request.uri.query, \"country\")")]
    [InlineData("uuidv4(cf.random_seed)")]
    [InlineData("encode_base64(sha256(http.host))")]
    [InlineData("encode_base64(http.host, \"up\")")]
    [InlineData("http.request.headers[\"x-a\"][0]")]
    [InlineData("split(http.host, \".\", 3)[0]")]
    [InlineData("join(split(http.host, \".\", 3), \"-\")")]
    [InlineData("lower(http.host)")]
    public void ReadValue_WhatRulesWrite_IsReadAndWrittenBack(string written, string? canonical = null)
    {
        var reading = RuleParser.ReadValue(written, Anywhere);
        Assert.Empty(reading.Errors);
        Assert.Equal(canonical ?? written, CanonicalText.Of(reading.Tree!));
        Assert.Equal(reading.Tree, RuleParser.ReadValue(canonical ?? written, Anywhere).Tree);
    }

    [Theory]
    [InlineData("", 1, "empty")]
    [InlineData("len(http.host)", 1, "this is Integer: to_string()")]
    [InlineData("ssl", 1, "this is Boolean: to_string()")]
    [InlineData("http.request.headers.names", 1, "this is Array<String>: join()")]
    [InlineData("http.request.headers.names[*]", 1, "what a rule writes is a string")]
    [InlineData("http.host eq \"a\"", 11, "the end belongs here; found 'eq'")]
    [InlineData("concat()", 1, "takes at least 1; found 0")]
    [InlineData("regex_replace(http.host, \"(\", \"a\")", 26, "never closed")]
    [InlineData("regex_replace(http.host, \"a\", \"${1}\")", 31, "refers to nothing: there are 0 groups")]
    [InlineData("regex_replace(http.host, \"(a)\", \"${2}\")", 33, "there is 1 group")]
    [InlineData("regex_replace(http.host, \"a\", \"$1\")", 31, "written $$")]
    [InlineData("regex_replace(http.host, \"(a)\", \"${1}${1}${1}${1}${1}${1}${1}${1}${1}\")", 33, "at most 8 references")]
    [InlineData("regex_replace(http.host, http.host, \"a\")", 26, "has to be a literal")]
    [InlineData("regex_replace(regex_replace(http.host, \"a\", \"b\"), \"b\", \"c\")", 15, "once in an expression")]
    [InlineData("wildcard_replace(\"a\", \"*\", \"b\")", 18, "cannot be a literal")]
    [InlineData("wildcard_replace(http.host, \"**\", \"b\")", 29, "two stars")]
    [InlineData("wildcard_replace(http.host, \"*\", \"${2}\")", 34, "there is 1 group")]
    [InlineData("wildcard_replace(http.host, \"*\", \"b\", \"i\")", 39, "the letters s")]
    [InlineData("remove_query_args(http.host, \"a\")", 19, "takes http.request.uri.query")]
    [InlineData("remove_query_args(http.request.uri.query)", 1, "at least 2")]
    [InlineData("encode_base64(http.host, \"x\")", 26, "the letters u and p")]
    public void ReadValue_WhatIsWrong_IsRefusedWithThePlace(string written, int column, string message)
    {
        var error = Assert.Single(RuleParser.ReadValue(written, Anywhere).Errors);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(column, error.Column);
    }

    [Theory]
    [InlineData("to_string(ssl)", RulePhase.HttpRequestDynamicRedirect, true)]
    [InlineData("to_string(ssl)", RulePhase.HttpRequestOrigin, false)]
    [InlineData("wildcard_replace(http.host, \"*\", \"a\")", RulePhase.HttpRequestTransform, true)]
    [InlineData("wildcard_replace(http.host, \"*\", \"a\")", RulePhase.HttpRequestLateTransform, false)]
    [InlineData("uuidv4(cf.random_seed)", RulePhase.HttpRequestDynamicRedirect, false)]
    [InlineData("uuidv4(cf.random_seed)", RulePhase.HttpRequestLateTransform, true)]
    [InlineData("split(http.host, \".\", 2)[0]", RulePhase.HttpResponseHeadersTransform, true)]
    [InlineData("split(http.host, \".\", 2)[0]", RulePhase.HttpRequestTransform, false)]
    [InlineData("http.response.headers[\"server\"][0]", RulePhase.HttpRequestLateTransform, false)]
    [InlineData("http.response.headers[\"server\"][0]", RulePhase.HttpResponseHeadersTransform, true)]
    public void ReadValue_InAPhase_MayCallAndReadWhatThePhaseHas(string written, RulePhase phase, bool allowed) =>
        Assert.Equal(
            allowed,
            RuleParser.ReadValue(written, new RuleScope(new ExpressionPlace(ExpressionUse.Value, phase))).Tree is not null
        );
}
