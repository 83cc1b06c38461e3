using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Holdfast.Control.Operations;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.Tests.Reference;

public sealed partial class OpenApiTests : IAsyncLifetime
{
    private TestControl _control = null!;

    public async ValueTask InitializeAsync() => _control = await TestControl.StartAsync();

    public ValueTask DisposeAsync() => _control.DisposeAsync();

    [Fact]
    public void Routes_AllButTheKnownOnes_HaveAnOperation()
    {
        var others = _control
            .Host.Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<ApiOperation>() is null)
            .Select(endpoint => endpoint.RoutePattern.RawText!)
            .Where(route => !route.TrimStart('/').StartsWith("docs", StringComparison.Ordinal));
        string[] known =
        [
            "/healthz",
            "/holdfast/v1/feed",
            "/holdfast/v1/join",
            "/holdfast/v1/node_authority",
            "/holdfast/v1/uplink",
            "/holdfast/v1/uplink/events",
            "/openapi.json",
        ];
        Assert.Equal(known, others.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Document_WithoutAToken_HasEveryOperationInFull()
    {
        var document = await DocumentAsync(_control);
        Assert.Equal("3.1.0", document["openapi"]!.GetValue<string>());
        var mapped = _control
            .Host.Endpoints.Select(endpoint => endpoint.Metadata.GetMetadata<ApiOperation>())
            .OfType<ApiOperation>()
            .ToList();
        var operations = Operations(document).ToList();
        Assert.Equal(mapped.Count, operations.Count);
        Assert.Equal(operations.Count, operations.Select(one => one.Operation["operationId"]!.GetValue<string>()).Distinct().Count());
        var problems = operations.SelectMany(one => ProblemsOf(one.Path, one.Method, one.Operation, document)).ToList();
        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }

    [Fact]
    public async Task Document_OperationsForEverybody_AreThoseThatAnswerWithoutACredential()
    {
        var document = await DocumentAsync(_control);
        var open = Operations(document).Where(one => one.Operation["security"] is { } none && none.AsArray().Count == 0);
        Assert.Equal(["ips-list", "sessions-create"], open.Select(one => one.Operation["operationId"]!.GetValue<string>()).Order());
        using var client = new HttpClient { BaseAddress = _control.Host.Url };
        foreach (var (path, method, operation) in Operations(document))
        {
            using var request = new HttpRequestMessage(new HttpMethod(method.ToUpperInvariant()), path);
            using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(
                (path, operation["security"] is null),
                (path, response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.TooManyRequests)
            );
        }
    }

    [Fact]
    public async Task Page_WithoutAToken_LoadsNothingFromElsewhere()
    {
        using var client = new HttpClient { BaseAddress = _control.Host.Url };
        using var response = await client.GetAsync("/docs/", TestContext.Current.CancellationToken);
        var html = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.OK, "text/html"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        Assert.Contains("openapi.json", html, StringComparison.Ordinal);
        Assert.DoesNotMatch("""(src|href)=["']?(https?:)?//""", html);
        Assert.Contains("default-src 'none'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        var scripts = Script().Matches(html).Select(match => match.Groups[1].Value).ToList();
        Assert.NotEmpty(scripts);
        foreach (var script in scripts)
        {
            using var loaded = await client.GetAsync(
                new Uri(new Uri(client.BaseAddress, "/docs/"), script),
                TestContext.Current.CancellationToken
            );
            Assert.Equal((script, HttpStatusCode.OK), (script, loaded.StatusCode));
        }
    }

    [Fact]
    public async Task Answers_OfARealControl_FitTheDocument()
    {
        var document = await DocumentAsync(_control);
        var zone = await _control.AddZoneAsync("example.com");
        foreach (
            var (path, real) in ((string, string)[])
                [
                    ("/client/v4/zones", "/client/v4/zones"),
                    ("/client/v4/zones/{zone_id}", $"/client/v4/zones/{zone}"),
                    ("/client/v4/zones/{zone_id}/settings", $"/client/v4/zones/{zone}/settings"),
                    ("/client/v4/zones/{zone_id}/settings/{setting_id}", $"/client/v4/zones/{zone}/settings/development_mode"),
                    ("/client/v4/zones/{zone_id}/custom_certificates", $"/client/v4/zones/{zone}/custom_certificates"),
                    ("/holdfast/v1/zones/{zone_id}/origin", $"/holdfast/v1/zones/{zone}/origin"),
                    ("/holdfast/v1/releases", "/holdfast/v1/releases"),
                    ("/holdfast/v1/nodes", "/holdfast/v1/nodes"),
                ]
        )
        {
            var schema = document["paths"]![path]!["get"]!["responses"]!["200"]!["content"]!["application/json"]!["schema"]!.AsObject();
            Assert.Empty(SchemaProblems.Of((await _control.GetAsync(real)).Body, schema, document, real));
        }
    }

    /// <summary>The document of a control, fetched without a token.</summary>
    internal static async Task<JsonObject> DocumentAsync(TestControl control)
    {
        using var client = new HttpClient { BaseAddress = control.Host.Url };
        return JsonNode.Parse(await client.GetStringAsync("/openapi.json", TestContext.Current.CancellationToken))!.AsObject();
    }

    /// <summary>Its operations.</summary>
    internal static IEnumerable<(string Path, string Method, JsonObject Operation)> Operations(JsonObject document) =>
        document["paths"]!
            .AsObject()
            .SelectMany(path => path.Value!.AsObject().Select(method => (path.Key, method.Key, method.Value!.AsObject())));

    private static IEnumerable<string> ProblemsOf(string path, string method, JsonObject operation, JsonObject document)
    {
        var at = $"{method} {path}";
        if (operation["summary"]?.GetValue<string>() is not { Length: > 0 })
        {
            yield return $"{at}: no summary";
        }

        if (
            !operation["description"]!.GetValue<string>().Contains("permission `", StringComparison.Ordinal)
            && !operation["description"]!.GetValue<string>().Contains("credential", StringComparison.Ordinal)
        )
        {
            yield return $"{at}: says not who may do it";
        }

        var parameters = operation["parameters"]!.AsArray().Select(parameter => parameter!.AsObject()).ToList();
        var inPath = parameters
            .Where(parameter => parameter["in"]!.GetValue<string>() == "path")
            .Select(parameter => parameter["name"]!.GetValue<string>());
        if (!inPath.SequenceEqual(Braces().Matches(path).Select(match => match.Groups[1].Value)))
        {
            yield return $"{at}: its path has other parameters";
        }

        foreach (var parameter in parameters)
        {
            foreach (
                var problem in SchemaProblems.Of(
                    parameter["example"],
                    parameter["schema"]!.AsObject(),
                    document,
                    $"{at} {parameter["name"]}"
                )
            )
            {
                yield return problem;
            }
        }

        var contents = operation["responses"]!
            .AsObject()
            .Select(response => (response.Key, Response(response.Value!, document)["content"]));
        foreach (var (name, content) in contents.Append(("body", operation["requestBody"]?["content"])))
        {
            foreach (var (type, media) in content?.AsObject() ?? [])
            {
                foreach (var problem in SchemaProblems.Of(media!["example"], media["schema"]!.AsObject(), document, $"{at} {name} {type}"))
                {
                    yield return problem;
                }
            }
        }
    }

    private static JsonObject Response(JsonNode response, JsonObject document) =>
        response["$ref"]?.GetValue<string>() is { } reference
            ? document["components"]!["responses"]![reference[(reference.LastIndexOf('/') + 1)..]]!.AsObject()
            : response.AsObject();

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Braces();

    [GeneratedRegex("""<script[^>]*\ssrc=["']?([^"'> ]+)""")]
    private static partial Regex Script();
}
