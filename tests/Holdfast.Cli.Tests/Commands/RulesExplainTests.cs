using System.Text.Json.Nodes;
using Holdfast.Cli.Terminal;
using Holdfast.Cli.Tests.TestSystem;

namespace Holdfast.Cli.Tests.Commands;

/// <summary><c>rules explain</c> and <c>rules test</c> with rules from a file.</summary>
public class RulesExplainTests
{
    private const string Rules = """
        [{"ref":"office","action":"skip","action_parameters":{"ruleset":"current"},"expression":"ip.src in {192.0.2.0/24}"},
         {"ref":"admin","action":"block","expression":"starts_with(http.request.uri.path, \"/admin\") and http.request.headers[\"x-a\"][0] eq \"b\""}]
        """;

    [Fact]
    public async Task Explain_OfHttpAsText_SaysWhatEachPartSays()
    {
        using var directory = new TemporaryDirectory();
        var rules = Put(directory, "rules.json", Rules);
        var run = new CliRun { CurrentDirectory = directory.Path, Input = "GET /admin HTTP/1.1\nHost: example.com\nX-A: b\n" };

        Assert.Equal(0, await run.RunAsync("rules", "explain", "--rules", rules, "--ip", "198.51.100.7"));

        Assert.Contains("1 office: skip: does not match", run.Out, StringComparison.Ordinal);
        Assert.Contains("2 admin: block: acts", run.Out, StringComparison.Ordinal);
        Assert.Contains("true: http.request.headers[\"x-a\"][0] eq \"b\"", run.Out, StringComparison.Ordinal);
        Assert.EndsWith("=> block by admin\n", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_OfALogRecord_MarksWhatItDoesNotTell()
    {
        using var directory = new TemporaryDirectory();
        var rules = Put(directory, "rules.json", Rules);
        var record =
            """{"RayID":"0123456789abcdef","ClientIP":"198.51.100.7","ClientRequestMethod":"GET","ClientRequestScheme":"https","ClientRequestHost":"example.com","ClientRequestURI":"/admin","ClientRequestProtocol":"HTTP/2","EdgeResponseStatus":200}""";
        var run = new CliRun { CurrentDirectory = directory.Path, Input = record };

        Assert.Equal(0, await run.RunAsync("rules", "explain", "--rules", rules, "--json"));

        var explained = JsonNode.Parse(run.Out)!;
        var admin = explained["phases"]![0]!["rules"]![1]!;
        Assert.Equal("unknown", admin["verdict"]!.GetValue<string>());
        Assert.Equal("unknown", admin["trace"]!["parts"]![1]!["value"]!.GetValue<string>());
        Assert.Equal("pass", explained["action"]!.GetValue<string>());
    }

    [Fact]
    public async Task Test_SaysOfEachRequestWhichRulesActed()
    {
        using var directory = new TemporaryDirectory();
        var rules = Put(directory, "rules.json", Rules);
        var requests = Put(
            directory,
            "requests.jsonl",
            """
            {"url":"https://example.com/admin","headers":{"X-A":"b"},"ip":"192.0.2.1"}
            {"url":"https://example.com/admin","headers":{"X-A":"b"},"ip":"198.51.100.7"}
            {"request":"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n"}
            """
        );
        var run = new CliRun { CurrentDirectory = directory.Path };

        Assert.Equal(0, await run.RunAsync("rules", "test", "--rules", rules, "--requests", requests, "--json"));

        var lines = run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).ToList();
        Assert.Equal(["pass", "block", "pass"], lines.Select(line => line["action"]!.GetValue<string>()));
        Assert.Equal(
            ["office", "admin", ""],
            lines.Select(line => string.Join(",", line["rules"]!.AsArray().Select(rule => rule!["ref"]!.GetValue<string>())))
        );
    }

    [Theory]
    [InlineData("""[{"action":"block","expression":"http.hots eq \"x\""}]""", "/0/expression")]
    [InlineData("""[{"action":"block","expression":"ssl","surprise":1}]""", "/0/surprise")]
    [InlineData("""{"phase":"http_request_nowhere","rules":[]}""", "/phase")]
    [InlineData("""{"phase":"http_request_transform"}""", "rules")]
    public async Task Rules_ThatAreWrong_AreRefusedWithThePlace(string rules, string place)
    {
        using var directory = new TemporaryDirectory();
        var run = new CliRun { CurrentDirectory = directory.Path, Input = "GET / HTTP/1.1\nHost: example.com\n" };

        Assert.Equal(CliFailure.BadUse, await run.RunAsync("rules", "explain", "--rules", Put(directory, "rules.json", rules)));

        Assert.Contains(place, run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Out);
    }

    [Theory]
    [InlineData("GET /", "request")]
    [InlineData("{\"a\":1}", "is no request")]
    [InlineData("{", "none")]
    public async Task Requests_ThatAreNone_AreRefused(string request, string said)
    {
        using var directory = new TemporaryDirectory();
        var run = new CliRun { CurrentDirectory = directory.Path, Input = request };

        Assert.Equal(CliFailure.BadUse, await run.RunAsync("rules", "explain", "--rules", Put(directory, "rules.json", Rules)));

        Assert.Contains(said, run.Error, StringComparison.Ordinal);
    }

    private static string Put(TemporaryDirectory directory, string name, string text)
    {
        var path = Path.Combine(directory.Path, name);
        File.WriteAllText(path, text);
        return path;
    }
}
