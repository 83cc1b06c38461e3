using Holdfast.Cli.Settings;
using Holdfast.Cli.Terminal;
using Holdfast.Cli.Tests.TestSystem;

namespace Holdfast.Cli.Tests.Settings;

public sealed class UpOptionsReaderTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly Dictionary<string, string> environment = [];

    public void Dispose() => directory.Dispose();

    private UpOptions Read(UpFlags? flags = null) =>
        UpOptionsReader.Read(flags ?? new UpFlags(), name => environment.GetValueOrDefault(name), directory.Path);

    private CliFailure Refused(UpFlags? flags = null)
    {
        var failure = Assert.Throws<CliFailure>(() => Read(flags));
        Assert.Equal(CliFailure.BadUse, failure.ExitCode);
        Assert.DoesNotContain('\n', failure.Line);
        return failure;
    }

    private void WriteFile(string yaml)
    {
        Directory.CreateDirectory(directory[".holdfast"]);
        File.WriteAllText(Path.Combine(directory[".holdfast"], "holdfast.yaml"), yaml);
    }

    [Fact]
    public void Upper_FromFlagVariableAndFile_IsReadAndWrongOnesAreRefused()
    {
        static string Texts(UpOptions options) => string.Join(' ', options.Uppers);

        Assert.Equal("", Texts(Read()));
        File.WriteAllText(directory["holdfast.yaml"], "upper: [http://192.0.2.1, 'https://upper.example.net:8443']\n");
        Assert.Equal("http://192.0.2.1 https://upper.example.net:8443", Texts(Read(new UpFlags { Data = directory.Path })));
        environment["HOLDFAST_UPPER"] = "http://192.0.2.2,http://192.0.2.3:8080";
        Assert.Equal("http://192.0.2.2 http://192.0.2.3:8080", Texts(Read(new UpFlags { Data = directory.Path })));
        Assert.Equal("http://192.0.2.4", Texts(Read(new UpFlags { Data = directory.Path, Upper = ["http://192.0.2.4"] })));
        Assert.StartsWith("--upper: 'h2c://a' is not where an edge listens", Refused(new UpFlags { Upper = ["h2c://a"] }).Line);
        Assert.StartsWith("--upper: '' is not", Refused(new UpFlags { Upper = ["http://192.0.2.9,"] }).Line);
        Assert.StartsWith(
            "--upper: http://192.0.2.9 stands there twice",
            Refused(new UpFlags { Upper = ["http://192.0.2.9", "http://192.0.2.9:80"] }).Line
        );
        var many = Enumerable.Range(1, 17).Select(n => $"http://192.0.2.{n}").ToArray();
        Assert.StartsWith("--upper: more than 16", Refused(new UpFlags { Upper = many }).Line);
    }

    [Fact]
    public void Read_StatusNone_IsNoStatusPage()
    {
        Assert.Null(Read(new UpFlags { Status = "none" }).Status);
        Assert.Contains("--status", Refused(new UpFlags { Status = "nowhere" }).Line);
    }

    [Fact]
    public void Read_NothingGiven_IsTheDefaults()
    {
        var options = Read();
        Assert.Equal(directory[".holdfast"], options.DataDirectory);
        Assert.Equal("127.0.0.1:8080", Assert.Single(options.Http).ToString());
        Assert.Equal("127.0.0.1:8443", Assert.Single(options.Https).ToString());
        Assert.Equal("127.0.0.1:8600", options.Control.ToString());
        Assert.Equal("127.0.0.1:8700", options.Status!.ToString());
        Assert.Null(options.NodeListen);
        Assert.Null(options.Origin);
        Assert.Equal(1, options.Edges);
        Assert.False(options.Json);
        Assert.Null(options.AdminToken);
    }

    [Fact]
    public void Read_NodeListen_InFileEnvironmentAndFlag()
    {
        WriteFile("node_listen: 192.0.2.1:8602");
        Assert.Equal("192.0.2.1:8602", Read().NodeListen?.ToString());
        environment["HOLDFAST_NODE_LISTEN"] = "192.0.2.2:8602";
        Assert.Equal("192.0.2.2:8602", Read().NodeListen?.ToString());
        Assert.Equal("192.0.2.3:8602", Read(new UpFlags { NodeListen = "192.0.2.3:8602" }).NodeListen?.ToString());
        Assert.Contains("--node-listen", Refused(new UpFlags { NodeListen = "nowhere" }).Line);
        Assert.Contains("node-listen both name 127.0.0.1:8600", Refused(new UpFlags { NodeListen = "8600" }).Line);
    }

    [Fact]
    public void Read_FileOnly_WinsOverDefaults()
    {
        WriteFile(
            """
            # ours
            http: [":1001", "[::1]:1002"]
            https: 1003
            control: localhost:1004
            status: 1005
            origin: http://192.0.2.1:3000
            edges: 3
            json: true
            """
        );
        var options = Read();
        Assert.Equal(["127.0.0.1:1001", "[::1]:1002"], options.Http.Select(address => address.ToString()));
        Assert.Equal(["127.0.0.1:1003"], options.Https.Select(address => address.ToString()));
        Assert.Equal(1004, options.Control.Port);
        Assert.Equal(1005, options.Status!.Port);
        Assert.Equal("http://192.0.2.1:3000", options.Origin!.ToString());
        Assert.Equal(3, options.Edges);
        Assert.True(options.Json);
    }

    [Fact]
    public void Read_EnvironmentAndFile_EnvironmentWins()
    {
        WriteFile("http: 1001\nedges: 3\norigin: http://192.0.2.1\njson: true\n");
        environment["HOLDFAST_HTTP"] = "2001,[::1]:2002";
        environment["HOLDFAST_EDGES"] = "2";
        environment["HOLDFAST_ORIGIN"] = "https://192.0.2.2";
        environment["HOLDFAST_JSON"] = "0";
        var options = Read();
        Assert.Equal(["127.0.0.1:2001", "[::1]:2002"], options.Http.Select(address => address.ToString()));
        Assert.Equal(2, options.Edges);
        Assert.Equal("https://192.0.2.2", options.Origin!.ToString());
        Assert.False(options.Json);
    }

    [Fact]
    public void Read_FlagsEnvironmentAndFile_FlagsWin()
    {
        WriteFile("http: 1001\nhttps: 1003\ncontrol: 1004\nstatus: 1005\nedges: 3\n");
        foreach (var name in new[] { "HTTP", "HTTPS", "CONTROL", "STATUS" })
        {
            environment["HOLDFAST_" + name] = "2001";
        }

        environment["HOLDFAST_EDGES"] = "2";
        var options = Read(
            new UpFlags
            {
                Http = ["3001", "[::1]:3001,3002"],
                Https = ["3003"],
                Control = "3004",
                Status = "3005",
                Edges = "4",
                Origin = "h2c://192.0.2.3:50051",
                Json = true,
            }
        );
        Assert.Equal(["127.0.0.1:3001", "[::1]:3001", "127.0.0.1:3002"], options.Http.Select(address => address.ToString()));
        Assert.Equal(3003, options.Https[0].Port);
        Assert.Equal(3004, options.Control.Port);
        Assert.Equal(3005, options.Status!.Port);
        Assert.Equal(4, options.Edges);
        Assert.Equal("h2c://192.0.2.3:50051", options.Origin!.ToString());
        Assert.True(options.Json);
    }

    [Fact]
    public void Read_DataDirectory_FlagWinsOverEnvironmentAndTheFileIsReadThere()
    {
        environment["HOLDFAST_DATA"] = "elsewhere";
        Assert.Equal(directory["elsewhere"], Read().DataDirectory);

        Directory.CreateDirectory(directory["here"]);
        File.WriteAllText(Path.Combine(directory["here"], "holdfast.yaml"), "edges: 5");
        var options = Read(new UpFlags { Data = "./here/" });
        Assert.Equal(directory["here"], options.DataDirectory.TrimEnd('/'));
        Assert.Equal(5, options.Edges);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("17")]
    [InlineData("-1")]
    [InlineData("two")]
    [InlineData("1.5")]
    [InlineData("")]
    public void Read_EdgesOutOfRange_NamesTheFlag(string edges) =>
        Assert.StartsWith($"--edges: '{edges}'", Refused(new UpFlags { Edges = edges }).Line, StringComparison.Ordinal);

    [Fact]
    public void Read_BadAddress_NamesWhereItCameFrom()
    {
        Assert.StartsWith("--https: 'x'", Refused(new UpFlags { Https = ["x"] }).Line, StringComparison.Ordinal);

        environment["HOLDFAST_STATUS"] = "1,2";
        Assert.StartsWith("HOLDFAST_STATUS: '1,2'", Refused().Line, StringComparison.Ordinal);
        environment.Clear();

        WriteFile("edges: 2\nhttp: y\n");
        Assert.Contains("holdfast.yaml line 2: http: 'y'", Refused().Line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("htp: 1", "line 1: unknown setting 'htp'")]
    [InlineData("edges: 2\ndata: /x", "line 2: unknown setting 'data'")]
    [InlineData("- 1", "not a list of settings")]
    [InlineData("http: {a: b}", "'http' has no value")]
    [InlineData("edges: [1, 2]", "'edges' has no value")]
    [InlineData("edges:", "'edges' has no value")]
    [InlineData("json: maybe", "'maybe' is neither true nor false")]
    [InlineData("http: [", "line ")]
    public void Read_BadFile_NamesThePlace(string yaml, string expected)
    {
        WriteFile(yaml);
        Assert.Contains(expected, Refused().Line, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_EmptyFile_IsTheDefaults()
    {
        WriteFile("# nothing\n");
        Assert.Equal(8080, Read().Http[0].Port);
    }

    [Fact]
    public void Read_BadOrigin_SaysWhy() =>
        Assert.Contains("--origin: 'ftp' is not a scheme", Refused(new UpFlags { Origin = "ftp://x" }).Line, StringComparison.Ordinal);

    [Fact]
    public void Read_OneAddressTwice_IsRefused()
    {
        Assert.Contains(
            "http and https both name 127.0.0.1:99",
            Refused(new UpFlags { Http = ["99"], Https = ["99"] }).Line,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "http names 127.0.0.1:99 twice",
            Refused(new UpFlags { Http = ["99,localhost:99"] }).Line,
            StringComparison.Ordinal
        );
        Assert.Equal(2, Read(new UpFlags { Http = ["0", "0"], Https = ["0"] }).Http.Length);
    }

    [Theory]
    [InlineData(19, false)]
    [InlineData(20, true)]
    [InlineData(200, true)]
    [InlineData(201, false)]
    public void Read_AdminToken_HasALength(int length, bool accepted)
    {
        environment["HOLDFAST_ADMIN_TOKEN"] = new string('t', length);
        if (accepted)
        {
            Assert.Equal(length, Read().AdminToken!.Length);
        }
        else
        {
            var line = Refused().Line;
            Assert.StartsWith("HOLDFAST_ADMIN_TOKEN: ", line, StringComparison.Ordinal);
            Assert.DoesNotContain("ttt", line, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("a token with spaces inside")]
    [InlineData("a-token-with-ümlauts-inside")]
    public void Read_AdminTokenNotVisibleAscii_IsRefused(string token)
    {
        environment["HOLDFAST_ADMIN_TOKEN"] = token;
        Refused();
    }
}
