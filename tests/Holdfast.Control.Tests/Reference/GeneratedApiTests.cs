using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Control.Tests.Faults;

namespace Holdfast.Control.Tests.Reference;

/// <summary>
/// Every operation of the OpenAPI document, called wrongly in every way that follows from it: never a 500, always the envelope, and
/// what is refused has changed nothing.
/// </summary>
public sealed class GeneratedApiTests : IAsyncLifetime
{
    // As raw JSON: some of them cannot be said in another way.
    private static readonly string[] Values =
    [
        "null",
        "true",
        "7",
        "-1",
        "1.5",
        "1e400",
        "99999999999999999999999",
        "\"\"",
        "\"x\"",
        "\"\\u0000\"",
        "\"\\ud800\"",
        "\"a\\r\\nb: c\"",
        $"\"{new string('x', 5_000)}\"",
        "[]",
        "[[]]",
        "[null]",
        "{}",
        "{\"\\udc00\":1}",
    ];

    private static readonly string[] OddIds =
    [
        "x",
        "%00",
        "..%2f..",
        "%2e%2e",
        "%ff",
        "a%0d%0ab",
        "%F0%9F%92%A9",
        "'--",
        "*",
        "%20",
        "00000000000000000000000000000000",
        "353E105F4ECEF8AD9CA31A8372D0C023",
        new string('a', 5_000),
    ];

    private const string Marker = "\"@@here@@\"";

    private TestControl _control = null!;
    private ThingsUnderTest _things = null!;
    private JsonObject _document = null!;
    private string _before = "";

    public async ValueTask InitializeAsync()
    {
        _control = await TestControl.StartAsync(configure: options => options with { RequestsPerPeriod = 1_000_000 });
        _document = await OpenApiTests.DocumentAsync(_control);
        _things = await ThingsUnderTest.MakeAsync(_control);
        _before = await StoredRows.OfAsync(_control);
    }

    public ValueTask DisposeAsync()
    {
        _things.Dispose();
        return _control.DisposeAsync();
    }

    [Fact]
    public async Task Bodies_WithOneThingWrong_NeverA500AndNothingChanged()
    {
        var sent = 0;
        foreach (var (path, method, operation) in OpenApiTests.Operations(_document))
        {
            if (operation["requestBody"]?["content"]?["application/json"] is not { } media)
            {
                continue;
            }

            foreach (var body in Wrong(media["example"]!, media["schema"]!.AsObject()))
            {
                await RefusedOrDoneAsync(method, Fill(path), Encoding.UTF8.GetBytes(body));
                sent++;
            }
        }

        Assert.True(sent > 300, $"only {sent} bodies were made");
    }

    [Fact]
    public async Task Bodies_OfGarbage_AreRefusedAndNothingChanged()
    {
        var random = new Random(11);
        var noise = new byte[2_000];
        random.NextBytes(noise);
        byte[][] bodies =
        [
            [],
            noise,
            [0xef, 0xbb, 0xbf],
            .. new[] { "null", "[]", "7", "\"x\"", "{", "{\"a\":1,}", "{}garbage", "{\"a\":1,\"a\":2}", "\0" }.Select(
                Encoding.UTF8.GetBytes
            ),
            Encoding.ASCII.GetBytes(new string('[', 10_000) + new string(']', 10_000)),
            Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 10_000)) + "1" + new string('}', 10_000)),
        ];
        foreach (var (path, method, operation) in OpenApiTests.Operations(_document))
        {
            if (operation["requestBody"] is null)
            {
                continue;
            }

            foreach (var body in bodies)
            {
                var status = await RefusedOrDoneAsync(method, Fill(path), body);
                var schema = operation["requestBody"]!["content"]!["application/json"]!["schema"]!;
                if (body.Length == 0 && schema["required"] is null)
                {
                    // Nothing at all may stand for an empty object.
                    continue;
                }

                if (body.AsSpan().SequenceEqual("[]"u8) && schema["type"]!.GetValue<string>() == "array")
                {
                    // An empty list may be one.
                    continue;
                }

                Assert.True((int)status is >= 400 and < 500, $"{method} {path} answered {status} to {body.Length} bytes of garbage");
            }
        }
    }

    [Fact]
    public async Task Bodies_Of100Megabytes_AreRefusedBeforeTheyAreSent()
    {
        foreach (var (path, method, operation) in OpenApiTests.Operations(_document))
        {
            if (operation["requestBody"] is null)
            {
                continue;
            }

            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, _control.Host.Url.Port, TestContext.Current.CancellationToken);
            var head =
                $"{method.ToUpperInvariant()} {Fill(path)} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TestControl.Token}\r\n"
                + "Content-Type: application/json\r\nContent-Length: 104857600\r\nExpect: 100-continue\r\n\r\n";
            await socket.SendAsync(Encoding.ASCII.GetBytes(head), TestContext.Current.CancellationToken);
            var buffer = new byte[4096];
            var read = await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken);
            var answer = Encoding.ASCII.GetString(buffer, 0, read);
            Assert.Equal((method, path, "HTTP/1.1 413"), (method, path, answer[..12]));
        }
    }

    [Fact]
    public async Task Paths_WithOddIds_NeverA500AndNothingChanged()
    {
        await TryOddIdsAsync();

        // What is there stays, whatever was made: some of these are names that a zone can have. The tokens are the user's.
        foreach (var (path, method, _) in OpenApiTests.Operations(_document).Where(one => one.Method == "get" && one.Path.Contains('{')))
        {
            var due = path.EndsWith("/tokens/verify", StringComparison.Ordinal) ? HttpStatusCode.Unauthorized : HttpStatusCode.OK;
            Assert.Equal((path, due), (path, await SendAsync(method, Fill(path), null)));
        }
    }

    [Fact]
    public async Task QueriesAndHeaders_Odd_NeverA500()
    {
        string[] odd =
        [
            "",
            "-1",
            "0",
            "1.5",
            "99999999999999999999",
            "x",
            "%00",
            "%ff",
            "%F0%9F%92%A9",
            "a&a=b",
            new string('x', 5_000),
            "null",
            "[]",
        ];
        foreach (var (path, method, operation) in OpenApiTests.Operations(_document).Where(one => one.Method == "get"))
        {
            foreach (var name in Names(operation, "query"))
            {
                foreach (var value in odd)
                {
                    await SendAsync(method, $"{Fill(path)}?{name}={value}", null);
                }
            }
        }

        foreach (var tag in (string[])["x", "\"x\"", "W/\"1\"", "\"99999999999999999999\"", "\"-1\"", "\"8\", \"9\""])
        {
            var answer = await _control.PatchAsync(Fill("/client/v4/zones/{zone_id}"), """{"paused":true}""", tag);
            Assert.Equal((tag, HttpStatusCode.PreconditionFailed), (tag, answer.Status));
        }
    }

    private async Task TryOddIdsAsync()
    {
        foreach (var (path, method, operation) in OpenApiTests.Operations(_document))
        {
            var body = operation["requestBody"]?["content"]?["application/json"]?["example"]?.ToJsonString();
            foreach (var name in Names(operation, "path"))
            {
                foreach (var odd in OddIds)
                {
                    var odder = Fill(path.Replace($"{{{name}}}", odd, StringComparison.Ordinal));
                    await RefusedOrDoneAsync(method, odder, body is null ? null : Encoding.UTF8.GetBytes(body));
                }
            }
        }
    }

    /// <summary>The example with one value after the other replaced by each odd one, and with one required member after the other left out.</summary>
    private static IEnumerable<string> Wrong(JsonNode example, JsonObject schema)
    {
        foreach (var place in Places(example).ToList())
        {
            var marked = Replaced(example, place, JsonValue.Create("@@here@@")).ToJsonString();
            foreach (var value in Values)
            {
                yield return marked.Replace(Marker, value, StringComparison.Ordinal);
            }
        }

        foreach (var name in (schema["required"] as JsonArray ?? []).Select(name => name!.GetValue<string>()))
        {
            var without = example.DeepClone().AsObject();
            without.Remove(name);
            yield return without.ToJsonString();
        }

        var more = example.DeepClone();
        (more as JsonObject ?? more[0]!.AsObject())["a member that nobody knows"] = 1;
        yield return more.ToJsonString();
    }

    private static IEnumerable<string[]> Places(JsonNode? node) =>
        node switch
        {
            JsonObject members => members.SelectMany(member =>
                Places(member.Value).Select(rest => (string[])[member.Key, .. rest]).Prepend([member.Key])
            ),
            JsonArray items => items.SelectMany((item, i) => Places(item).Select(rest => (string[])[$"{i}", .. rest]).Prepend([$"{i}"])),
            _ => [],
        };

    private static JsonNode Replaced(JsonNode example, string[] place, JsonNode value)
    {
        var copy = example.DeepClone();
        var at = copy;
        foreach (var step in place[..^1])
        {
            at = at is JsonArray array ? array[int.Parse(step)]! : at[step]!;
        }

        if (at is JsonArray items)
        {
            items[int.Parse(place[^1])] = value;
        }
        else
        {
            at[place[^1]] = value;
        }

        return copy;
    }

    private static IEnumerable<string> Names(JsonObject operation, string place) =>
        operation["parameters"]!
            .AsArray()
            .Where(parameter => parameter!["in"]!.GetValue<string>() == place)
            .Select(parameter => parameter!["name"]!.GetValue<string>());

    private string Fill(string path) => _things.Fill(path);

    private async Task<HttpStatusCode> RefusedOrDoneAsync(string method, string path, byte[]? body)
    {
        var status = await SendAsync(method, path, body);
        var after = await StoredRows.OfAsync(_control);
        if (status >= HttpStatusCode.BadRequest)
        {
            Assert.True(
                _before == after,
                $"{method} {path} was refused and changed something: {Encoding.UTF8.GetString(body ?? [])}\n{Difference(_before, after)}"
            );
        }

        _before = after;
        return status;
    }

    private static string Difference(string before, string after)
    {
        var (were, are) = (before.Split('\n'), after.Split('\n'));
        return string.Join('\n', were.Except(are).Select(row => $"- {row}").Concat(are.Except(were).Select(row => $"+ {row}")));
    }

    private async Task<HttpStatusCode> SendAsync(string method, string path, byte[]? body)
    {
        var uri = new Uri(
            _control.Host.Url.GetLeftPart(UriPartial.Authority) + path,
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }
        );
        using var request = new HttpRequestMessage(new HttpMethod(method.ToUpperInvariant()), uri);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        }

        using var response = await _control.Client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var said = $"{method} {path} answered {response.StatusCode} with '{text}'";
        Assert.True((int)response.StatusCode < 500, said);

        // A target that is not one (%00) is refused by the server before any of our code is asked.
        if (response.StatusCode == HttpStatusCode.NoContent)
        {
            Assert.Empty(text);
        }
        else if (response.Content.Headers.ContentType?.MediaType == "text/plain" && response.IsSuccessStatusCode)
        {
            Assert.NotEmpty(text);
        }
        else if (text.Length > 0 || response.StatusCode != HttpStatusCode.BadRequest || !path.Contains("%00", StringComparison.Ordinal))
        {
            var envelope = JsonNode.Parse(text)!.AsObject();
            Assert.Equal(response.IsSuccessStatusCode, envelope["success"]!.GetValue<bool>());
            Assert.Equal(response.IsSuccessStatusCode, envelope["errors"]!.AsArray().Count == 0);
        }

        return response.StatusCode;
    }
}
