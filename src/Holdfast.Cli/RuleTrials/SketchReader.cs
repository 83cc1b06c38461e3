using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Holdfast.Cli.Terminal;
using Holdfast.Edge.Explaining;

namespace Holdfast.Cli.RuleTrials;

/// <summary>
/// Requests as people have them: HTTP as text; a record of the access log; a security event; or an object with <c>url</c> (and
/// <c>method</c>, <c>headers</c>, <c>body</c>) or <c>request</c> (HTTP as text), each with <c>ip</c> and <c>country</c>.
/// </summary>
internal static class SketchReader
{
    /// <summary>Reads a request.</summary>
    /// <param name="text">HTTP as text, lines ended as the editor ends them, or a JSON object.</param>
    /// <param name="defaults">What holds for what the text does not say.</param>
    /// <param name="place">Where it is from, for messages.</param>
    /// <exception cref="CliFailure">It is none of these.</exception>
    public static RequestSketch Read(string text, RequestSketch defaults, string place)
    {
        if (!text.TrimStart().StartsWith('{'))
        {
            return defaults with { Message = Message(text) };
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            return Of(document.RootElement, defaults, place);
        }
        catch (JsonException fault)
        {
            throw new CliFailure($"{place} begins as a JSON object and is none: {Printable.From(fault.Message)}");
        }
    }

    /// <summary>Reads a request that is a JSON object.</summary>
    /// <exception cref="CliFailure">It says no request.</exception>
    public static RequestSketch Of(JsonElement item, RequestSketch defaults, string place)
    {
        if (item.ValueKind == JsonValueKind.Object)
        {
            if (item.TryGetProperty("ClientRequestMethod", out _))
            {
                return OfRecord(item, defaults, place);
            }

            if (item.TryGetProperty("ray_id", out _) && item.TryGetProperty("method", out _))
            {
                return OfEvent(item, defaults, place);
            }

            if (item.TryGetProperty("request", out var raw) && raw.ValueKind == JsonValueKind.String)
            {
                return Visitor(item, defaults with { Message = Message(raw.GetString()!) }, place);
            }

            if (item.TryGetProperty("url", out var url) && url.ValueKind == JsonValueKind.String)
            {
                return OfUrl(item, url.GetString()!, defaults, place);
            }
        }

        throw new CliFailure(
            $"{place} is no request",
            "it is HTTP as text, a record of the access log, a security event, or an object with 'url' or 'request'"
        );
    }

    private static RequestSketch OfRecord(JsonElement record, RequestSketch defaults, string place)
    {
        var protocol = Text(record, "ClientRequestProtocol");
        return Visitor(record, defaults, place, "ClientIP", "ClientCountry") with
        {
            Message = Head(
                Text(record, "ClientRequestMethod"),
                Text(record, "ClientRequestURI"),
                Text(record, "ClientRequestHost"),
                [("User-Agent", Text(record, "ClientRequestUserAgent")), ("Referer", Text(record, "ClientRequestReferer"))]
            ),
            IsHttps = Text(record, "ClientRequestScheme") != "http",
            Version = VersionOf(protocol),
            At = Time(Text(record, "EdgeStartTimestamp")) ?? defaults.At,
            Ray = Text(record, "RayID"),
            Status =
                int.TryParse(Text(record, "EdgeResponseStatus"), NumberStyles.None, CultureInfo.InvariantCulture, out var status)
                && status > 0
                    ? status
                    : null,
            IsWhole = false,
        };
    }

    private static RequestSketch OfEvent(JsonElement item, RequestSketch defaults, string place) =>
        Visitor(item, defaults, place) with
        {
            Message = Head(
                Text(item, "method"),
                Text(item, "path") + Text(item, "query"),
                Text(item, "host"),
                [("User-Agent", Text(item, "ua"))]
            ),
            IsHttps = Text(item, "scheme") != "http",
            Version = VersionOf(Text(item, "proto")),
            At = Time(Text(item, "occurred_at")) ?? defaults.At,
            Ray = Text(item, "ray_id"),
            IsWhole = false,
        };

    private static RequestSketch OfUrl(JsonElement item, string text, RequestSketch defaults, string place)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            throw new CliFailure($"{place}: '{Printable.From(text)}' is no URL of http or https");
        }

        var fields = new List<(string, string)>();
        if (item.TryGetProperty("headers", out var headers) && headers.ValueKind == JsonValueKind.Object)
        {
            fields.AddRange(headers.EnumerateObject().Select(field => (field.Name, field.Value.ToString())));
        }

        var body = Encoding.UTF8.GetBytes(Text(item, "body"));
        if (body.Length > 0)
        {
            fields.Add(("Content-Length", body.Length.ToString(CultureInfo.InvariantCulture)));
        }

        // As it was written: what is a URL's own spelling is for the edge to bring into its form.
        var target = text.IndexOf('/', url.Scheme.Length + 3) is > 0 and var slash ? text[slash..] : "/";
        var fragment = target.IndexOf('#', StringComparison.Ordinal);
        var head = Head(
            Text(item, "method") is { Length: > 0 } method ? method : "GET",
            fragment < 0 ? target : target[..fragment],
            url.IsDefaultPort ? url.Host : url.Authority,
            fields
        );
        return Visitor(item, defaults, place) with { Message = (byte[])[.. head.Span, .. body], IsHttps = url.Scheme == "https" };
    }

    private static RequestSketch Visitor(JsonElement item, RequestSketch sketch, string place, string ip = "ip", string country = "country")
    {
        if (Text(item, ip) is { Length: > 0 } text)
        {
            sketch = sketch with { Client = Address(text, $"{place}: {ip}") };
        }

        if (Text(item, country) is { Length: > 0 } letters)
        {
            sketch = sketch with { Country = letters };
        }

        return Text(item, "scheme") is { Length: > 0 } scheme ? sketch with { IsHttps = scheme != "http" } : sketch;
    }

    /// <summary>An address.</summary>
    /// <exception cref="CliFailure">It is none.</exception>
    public static IPAddress Address(string text, string place) =>
        IPAddress.TryParse(text, out var address) ? address : throw new CliFailure($"{place}: '{Printable.From(text)}' is not an address");

    private static ReadOnlyMemory<byte> Head(string method, string target, string host, IEnumerable<(string Name, string Value)> fields)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{method} {target} HTTP/1.1\r\nHost: {host}\r\n");
        foreach (var (name, value) in fields.Where(field => field.Value.Length > 0))
        {
            text.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        return Encoding.UTF8.GetBytes(text.Append("\r\n").ToString());
    }

    // The head's lines may end in a line feed alone, and the empty line after it may be missing. The body stays as it is.
    private static ReadOnlyMemory<byte> Message(string text)
    {
        var lines = new StringBuilder();
        var rest = text.AsSpan();
        while (true)
        {
            var end = rest.IndexOf('\n');
            var line = (end < 0 ? rest : rest[..end]).TrimEnd('\r');
            lines.Append(line).Append("\r\n");
            rest = end < 0 ? default : rest[(end + 1)..];
            if (line.IsEmpty)
            {
                return Encoding.UTF8.GetBytes(lines.Append(rest).ToString());
            }
        }
    }

    private static int? VersionOf(string protocol) =>
        protocol switch
        {
            "HTTP/1.0" => 10,
            "HTTP/2" => 20,
            "HTTP/3" => 30,
            _ => null,
        };

    private static DateTimeOffset? Time(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;

    private static string Text(JsonElement item, string member) =>
        item.TryGetProperty(member, out var value) && value.ValueKind is JsonValueKind.String or JsonValueKind.Number
            ? value.ToString()
            : "";
}
