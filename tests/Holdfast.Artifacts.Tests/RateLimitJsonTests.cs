using System.Text.Json;
using Holdfast.Artifacts.Rulesets;
using Holdfast.Model.Rulesets;
using Holdfast.Releases.Intake;

namespace Holdfast.Artifacts.Tests;

public class RateLimitJsonTests
{
    [Fact]
    public void ARule_AsItsDocumentationHasIt_IsReadAndWrittenAgain()
    {
        const string Json = """
            {"characteristics":["cf.colo.id","ip.src","http.request.headers[\"x-api-key\"]","ip.geoip.country","lower(http.host)"],
            "period":60,"requests_per_period":100,"mitigation_timeout":600,"requests_to_origin":true,
            "counting_expression":"http.response.code==403 && http.host == \"a\""}
            """;
        var (config, problems) = Read(Json);
        Assert.Empty(problems);
        Assert.Equal(["ip.src", "http.request.headers[\"x-api-key\"]", "ip.src.country", "lower(http.host)"], config!.Characteristics);
        Assert.Equal((60, 100, 600, true), (config.PeriodSeconds, config.Limit, config.MitigationTimeoutSeconds, config.RequestsToOrigin));
        Assert.Equal("http.response.code eq 403 and http.host eq \"a\"", config.CountingExpression);

        var (again, none) = Read(RateLimitJson.Write(config).ToJsonString());
        Assert.Empty(none);
        Assert.Equal(config.Characteristics, again!.Characteristics);
        Assert.Equal(config with { Characteristics = [] }, again with { Characteristics = [] });
    }

    [Fact]
    public void AScore_WithItsField_IsRead()
    {
        var (config, problems) = Read(
            """{"characteristics":["ip.src"],"period":10,"score_per_period":400,"score_response_header_name":"X-Score","counting_expression":""}"""
        );
        Assert.Empty(problems);
        Assert.Equal((400, "x-score", null), (config!.Limit, config.ScoreResponseHeaderName, config.CountingExpression));
        Assert.Equal(
            """{"characteristics":["cf.colo.id","ip.src"],"period":10,"score_per_period":400,"score_response_header_name":"x-score","mitigation_timeout":0,"requests_to_origin":false}""",
            RateLimitJson.Write(config).ToJsonString()
        );
    }

    [Theory]
    [InlineData("1", "", "an object")]
    [InlineData("{}", "/characteristics", "cf.colo.id")]
    [InlineData("""{"characteristics":[],"period":10,"requests_per_period":1}""", "/characteristics", "1 to 16")]
    [InlineData("""{"characteristics":"ip.src","period":10,"requests_per_period":1}""", "/characteristics", "an array")]
    [InlineData("""{"characteristics":["ip.src",1],"period":10,"requests_per_period":1}""", "/characteristics/1", "ip.src")]
    [InlineData("""{"characteristics":["ip.sorc"],"period":10,"requests_per_period":1}""", "/characteristics/0", "ip.src")]
    [InlineData("""{"characteristics":["cf.unique_visitor_id"],"period":10,"requests_per_period":1}""", "/characteristics/0", "nearest")]
    [InlineData("""{"characteristics":["http.response.code"],"period":10,"requests_per_period":1}""", "/characteristics/0", "response")]
    [InlineData("""{"characteristics":["cf.threat_score"],"period":10,"requests_per_period":1}""", "/characteristics/0", "never act")]
    [InlineData("""{"characteristics":["http.request.headers"],"period":10,"requests_per_period":1}""", "/characteristics/0", "is a map")]
    [InlineData(
        """{"characteristics":["http.request.headers[\"X-A\"]"],"period":10,"requests_per_period":1}""",
        "/characteristics/0",
        "lower case"
    )]
    [InlineData(
        """{"characteristics":["http.request.cookies[\"\"]"],"period":10,"requests_per_period":1}""",
        "/characteristics/0",
        "1 to 256"
    )]
    [InlineData("""{"characteristics":["http.host[\"a\"]"],"period":10,"requests_per_period":1}""", "/characteristics/0", "no map")]
    [InlineData("""{"characteristics":["ip.src","ip.src"],"period":10,"requests_per_period":1}""", "/characteristics/1", "each once")]
    [InlineData("""{"characteristics":["ip.src"],"period":11,"requests_per_period":1}""", "/period", "10, 60, 120, 300, 600, 3600")]
    [InlineData("""{"characteristics":["ip.src"],"period":"10","requests_per_period":1}""", "/period", "10, 60")]
    [InlineData("""{"characteristics":["ip.src"],"period":10}""", "/requests_per_period", "one of the two")]
    [InlineData("""{"characteristics":["ip.src"],"period":10,"requests_per_period":0}""", "/requests_per_period", "1 to 1000000000")]
    [InlineData("""{"characteristics":["ip.src"],"period":10,"requests_per_period":1.5}""", "/requests_per_period", "whole")]
    [InlineData(
        """{"characteristics":["ip.src"],"period":10,"requests_per_period":1,"score_per_period":1,"score_response_header_name":"a"}""",
        "/requests_per_period",
        "one of the two"
    )]
    [InlineData("""{"characteristics":["ip.src"],"period":10,"score_per_period":1}""", "/score_response_header_name", "score_per_period")]
    [InlineData(
        """{"characteristics":["ip.src"],"period":10,"score_per_period":1,"score_response_header_name":"a b"}""",
        "/score_response_header_name",
        "header field"
    )]
    [InlineData(
        """{"characteristics":["ip.src"],"period":10,"requests_per_period":1,"mitigation_timeout":86401}""",
        "/mitigation_timeout",
        "0 to 86400"
    )]
    [InlineData(
        """{"characteristics":["ip.src"],"period":10,"requests_per_period":1,"requests_to_origin":"on"}""",
        "/requests_to_origin",
        "true or false"
    )]
    [InlineData(
        """{"characteristics":["ip.src"],"period":10,"requests_per_period":1,"counting_expression":"http.hots eq 1"}""",
        "/counting_expression",
        "http.host"
    )]
    [InlineData("""{"characteristics":["ip.src"],"period":10,"requests_per_period":1,"burst":1}""", "/burst", "mitigation_timeout")]
    public void ARule_ThatIsNone_IsRefusedWithThePlace(string json, string pointer, string says)
    {
        var (config, problems) = Read(json, "/rules/0/ratelimit");
        Assert.Null(config);
        Assert.Contains(problems, problem => problem.Pointer == "/rules/0/ratelimit" + pointer && problem.ToString().Contains(says));
    }

    private static (RateLimitConfig? Config, List<ArtifactProblem> Problems) Read(string json, string pointer = "")
    {
        using var document = JsonDocument.Parse(json);
        var problems = new List<ArtifactProblem>();
        return (RateLimitJson.Read(document.RootElement, pointer, problems), problems);
    }
}
