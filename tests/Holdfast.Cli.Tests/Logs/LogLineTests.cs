using Holdfast.Cli.Logs;

namespace Holdfast.Cli.Tests.Logs;

public class LogLineTests
{
    private const string Record =
        """{"EdgeStartTimestamp":"2026-01-31T12:00:00.5Z","EdgeEndTimestamp":"2026-01-31T12:00:00.512Z","ClientIP":"192.0.2.7","ClientRequestMethod":"GET","ClientRequestHost":"example.com","ClientRequestURI":"/a?b=c","EdgeResponseStatus":200,"OriginResponseStatus":201,"RayID":"0123456789abcdef"}""";

    [Fact]
    public void Format_ARecord_IsOneReadableLine() =>
        Assert.Equal("12:00:00.500 192.0.2.7       GET example.com/a?b=c 200 201 12ms 0123456789abcdef", LogLine.Format(Record, 0));

    [Fact]
    public void Format_NanosecondTimes_AreReadToo() =>
        Assert.StartsWith("12:00:00.500 ", LogLine.Format("""{"EdgeStartTimestamp":1769860800500000000}""", 0), StringComparison.Ordinal);

    [Fact]
    public void Format_ALongPath_FitsTheTerminal()
    {
        var line = LogLine.Format(Record.Replace("/a?b=c", "/" + new string('x', 500), StringComparison.Ordinal), 100);
        Assert.Equal(100, line.Length);
        Assert.EndsWith("… 200 201 12ms 0123456789abcdef", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Format_ControlCharactersInAPath_CannotSteerTheTerminal()
    {
        var line = LogLine.Format("""{"ClientRequestURI":"/\u001b[2J\u009b\u202e\n"}""", 0);
        Assert.Contains(@"/\x1b[2J\x9b\u202e\x0a", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("not json")]
    [InlineData("""{"EdgeStartTimestamp":{},"EdgeResponseStatus":null}""")]
    public void Format_SomethingElse_IsStillALine(string json) => Assert.NotEmpty(LogLine.Format(json, 80));
}
