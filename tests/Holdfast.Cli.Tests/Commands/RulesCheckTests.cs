using System.Text.Json;
using Holdfast.Cli.Tests.TestSystem;

namespace Holdfast.Cli.Tests.Commands;

public sealed class RulesCheckTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    private async Task<(int ExitCode, string Out, string Error)> RunAsync(string input, params string[] arguments)
    {
        var cli = new CliRun { CurrentDirectory = directory.Path, Input = input };
        var exitCode = await cli.RunAsync(["rules", "check", .. arguments]);
        return (exitCode, cli.Out, cli.Error);
    }

    [Fact]
    public async Task Check_AGoodExpression_PrintsItsCanonicalText()
    {
        var (exitCode, output, error) = await RunAsync("", "(http.host==\"example.com\") && !ssl");
        Assert.Equal((0, "http.host eq \"example.com\" and not ssl\n", ""), (exitCode, output, error));
    }

    [Fact]
    public async Task Check_ABadExpression_IsOneLineWithThePlaceAndExitCode2()
    {
        var (exitCode, output, error) = await RunAsync("", "http.hots eq \"example.com\"");
        Assert.Equal((2, ""), (exitCode, output));
        Assert.Equal("holdfast: line 1, column 1: there is no field named http.hots; did you mean http.host?\n", error);
    }

    [Fact]
    public async Task Check_LinesOfStandardInput_AreOneLineOfJsonEach()
    {
        var (exitCode, output, _) = await RunAsync("ssl && ssl\nhttp.host eq\n\nip.src.city eq \"A\" or ssl\n", "--stdin", "--json");
        Assert.Equal(2, exitCode);
        var lines = output.TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal([true, false, false, true], lines.Select(line => line.GetProperty("valid").GetBoolean()));
        Assert.Equal("ssl and ssl", lines[0].GetProperty("canonical").GetString());
        Assert.Equal(["valid", "canonical", "errors", "warnings"], lines[0].EnumerateObject().Select(member => member.Name));
        Assert.Equal(JsonValueKind.Null, lines[1].GetProperty("canonical").ValueKind);
        var error = Assert.Single(lines[1].GetProperty("errors").EnumerateArray());
        Assert.Equal((1, 13), (error.GetProperty("line").GetInt32(), error.GetProperty("column").GetInt32()));
        Assert.Contains("a string belongs here", error.GetProperty("message").GetString());
        Assert.Contains("empty", lines[2].GetProperty("errors")[0].GetProperty("message").GetString());
        Assert.Contains("ip.src.city", lines[3].GetProperty("warnings")[0].GetProperty("message").GetString());
        Assert.Empty(lines[3].GetProperty("errors").EnumerateArray());
    }

    [Fact]
    public async Task Check_GoodLinesOnly_IsExitCode0() =>
        Assert.Equal(0, (await RunAsync("ssl\nnot ssl\n", "--stdin", "--json")).ExitCode);

    [Theory]
    [InlineData(0, "http.response.code eq 200", "--phase", "http_custom_errors")]
    [InlineData(2, "http.response.code eq 200", "--phase", "http_ratelimit")]
    [InlineData(0, "http.response.code eq 200", "--phase", "http_ratelimit", "--counting")]
    [InlineData(0, "concat(\"https://\", http.host)", "--value")]
    [InlineData(2, "concat(\"https://\", http.host)")]
    [InlineData(2, "ssl", "--phase", "http_nothing")]
    [InlineData(2, "ssl", "--value", "--counting")]
    [InlineData(2, "ssl", "--stdin")]
    [InlineData(2)]
    public async Task Check_ForItsPlace_HasTheExitCode(int expected, params string[] arguments) =>
        Assert.Equal(expected, (await RunAsync("", arguments)).ExitCode);
}
