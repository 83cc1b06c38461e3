using System.Net;

namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>An answer as curl received it.</summary>
/// <param name="StatusLine">The last status line.</param>
/// <param name="Fields">The last head's fields, in order, as they were written.</param>
/// <param name="Body">The body, Latin-1.</param>
/// <param name="Interim">Heads with a 1xx status before it.</param>
internal sealed record CurlAnswer(
    string StatusLine,
    IReadOnlyList<(string Name, string Value)> Fields,
    string Body,
    IReadOnlyList<string> Interim
)
{
    /// <summary>The status.</summary>
    public int Status => int.Parse(StatusLine.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The ray's id without the place.</summary>
    public string Ray => this["cf-ray"]!.Split('-')[0];

    /// <summary>A field's value, or null.</summary>
    public string? this[string name] =>
        Fields.Where(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(f => f.Value).FirstOrDefault();
}

/// <summary>curl, as visitors use it.</summary>
internal static class Curl
{
    /// <summary>Asks for a path of a host.</summary>
    /// <param name="edge">The listener.</param>
    /// <param name="host">The name in the URL; curl connects to the listener all the same.</param>
    /// <param name="path">Path and query, sent as they are.</param>
    /// <param name="more">Further arguments.</param>
    public static async Task<CurlAnswer> GetAsync(Uri edge, string host, string path, params string[] more)
    {
        var result = await RunAsync(edge, host, path, more);
        Assert.True(result.ExitCode == 0, $"curl {host}{path}: exit code {result.ExitCode} {result.Error}");
        return Parse(result.Out);
    }

    /// <summary>The same, whatever comes of it.</summary>
    public static Task<ToolResult> RunAsync(Uri edge, string host, string path, params string[] more) =>
        Tool.RunAsync(
            "curl",
            [
                "--silent",
                "--show-error",
                "--include",
                "--path-as-is",
                "--noproxy",
                "*",
                "--max-time",
                "50",
                "--resolve",
                $"{host}:{edge.Port}:{IPAddress.Loopback}",
                .. more,
                $"{edge.Scheme}://{host}:{edge.Port}{path}",
            ]
        );

    private static CurlAnswer Parse(string text)
    {
        var interim = new List<string>();
        while (true)
        {
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            Assert.True(end >= 0, $"no head: {text}");
            var head = text[..end];
            text = text[(end + 4)..];
            var lines = head.Split("\r\n");
            if (lines[0].Split(' ')[1].StartsWith('1'))
            {
                interim.Add(head);
                continue;
            }

            var fields = lines[1..].Select(line => line.Split(':', 2)).Select(f => (f[0], f[1].Trim())).ToList();
            return new CurlAnswer(lines[0], fields, text, interim);
        }
    }
}
