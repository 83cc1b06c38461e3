using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Cli.Tests.ControlApi;

/// <summary>An API with zones in memory, in Cloudflare's shape, for the commands to talk to.</summary>
internal sealed class FakeControl : IAsyncDisposable
{
    public const string Token = "a-token-of-the-fake-control";
    private readonly WebApplication app;

    private FakeControl(WebApplication app) => this.app = app;

    public string Url { get; private set; } = "";

    public SortedDictionary<string, JsonObject> Zones { get; } = new(StringComparer.Ordinal);

    public List<JsonObject> Certificates { get; } = [];

    public int Calls { get; private set; }

    /// <summary>What the zones' records are; a batch that knows others is refused.</summary>
    public string? RecordsTag { get; set; }

    public int Batches { get; private set; }

    public static async Task<FakeControl> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        var app = builder.Build();
        var control = new FakeControl(app);
        app.Use(control.AuthorizeAsync);
        app.UseRouting();
        app.MapGet("/client/v4/zones", context => control.ListAsync(context, control.Zones.Values));
        app.MapGet("/client/v4/zones/{id}", context => WriteAsync(context, control.ById(context)!.DeepClone()));
        app.MapDelete(
            "/client/v4/zones/{id}",
            context => WriteAsync(context, new JsonObject { ["id"] = control.Remove(control.ById(context)!) })
        );
        app.MapPut("/holdfast/v1/zones/by-name/{name}", control.PutAsync);
        app.MapPost("/holdfast/v1/zones/import", control.ImportAsync);
        app.MapGet("/client/v4/zones/{id}/custom_certificates", context => control.ListAsync(context, control.Certificates));
        app.MapPost("/client/v4/zones/{id}/custom_certificates", control.AddCertificateAsync);
        app.MapPost("/client/v4/zones/{id}/dns_records/batch", control.ChangeRecordsAsync);
        await app.StartAsync();
        control.Url = app.Urls.First();
        return control;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private Task AuthorizeAsync(HttpContext context, RequestDelegate next)
    {
        Calls++;
        return context.Request.Headers.Authorization == "Bearer " + Token
            ? next(context)
            : RefuseAsync(context, 401, 10000, "Authentication error");
    }

    private Task ChangeRecordsAsync(HttpContext context)
    {
        if (context.Request.Headers.IfMatch is [var known] && known != RecordsTag)
        {
            return RefuseAsync(context, 412, 40012, "the records are others by now");
        }

        Batches++;
        return WriteAsync(context, new JsonObject());
    }

    private JsonObject? ById(HttpContext context) =>
        Zones.Values.FirstOrDefault(zone => (string?)zone["id"] == (string?)context.Request.RouteValues["id"]);

    private string Remove(JsonObject zone)
    {
        Zones.Remove((string)zone["name"]!);
        return (string)zone["id"]!;
    }

    private Task ListAsync(HttpContext context, IEnumerable<JsonObject> items)
    {
        var name = (string?)context.Request.Query["name"];
        var page = int.Parse((string?)context.Request.Query["page"] ?? "1");
        var size = int.Parse((string?)context.Request.Query["per_page"] ?? "20");
        var found = items.Where(item => name is null || (string?)item["name"] == name).ToList();
        return WriteAsync(
            context,
            new JsonArray([.. found.Skip((page - 1) * size).Take(size).Select(item => item.DeepClone())]),
            new JsonObject { ["page"] = page, ["total_pages"] = Math.Max(1, (found.Count + size - 1) / size) }
        );
    }

    private async Task PutAsync(HttpContext context)
    {
        var name = (string)context.Request.RouteValues["name"]!;
        var body = (await JsonNode.ParseAsync(context.Request.Body))!;
        if ((string?)body["origin"] == "https://refused.example.com")
        {
            await RefuseAsync(context, 400, 1004, "origin is refused");
            return;
        }

        Zones.TryAdd(
            name,
            new JsonObject
            {
                ["id"] = Guid.NewGuid().ToString("n"),
                ["name"] = name,
                ["status"] = "active",
            }
        );
        Zones[name]["origin"] = (string?)body["origin"];
        await WriteAsync(context, Zones[name].DeepClone());
    }

    /// <summary>Zones in each import that came.</summary>
    public List<int> Imports { get; } = [];

    private async Task ImportAsync(HttpContext context)
    {
        var zones = (await JsonNode.ParseAsync(context.Request.Body))!["zones"]!.AsArray();
        Imports.Add(zones.Count);
        if (zones.Any(zone => (string?)zone!["name"] == "breaks.example.com"))
        {
            await RefuseAsync(context, 503, 50003, "the database cannot be used now");
            return;
        }

        var errors = new JsonArray();
        var created = 0;
        for (var i = 0; i < zones.Count; i++)
        {
            var name = (string)zones[i]!["name"]!;
            if (name == "refused.example.com")
            {
                errors.Add(new JsonObject { ["index"] = i, ["message"] = "refused" });
                continue;
            }

            created += Zones.TryAdd(name, new JsonObject { ["id"] = Guid.NewGuid().ToString("n"), ["name"] = name }) ? 1 : 0;
            Zones[name]["origin"] = (string?)zones[i]!["origin"];
        }

        await WriteAsync(
            context,
            new JsonObject
            {
                ["created"] = created,
                ["updated"] = 0,
                ["unchanged"] = zones.Count - created - errors.Count,
                ["errors"] = errors,
            }
        );
    }

    private async Task AddCertificateAsync(HttpContext context)
    {
        var body = (await JsonNode.ParseAsync(context.Request.Body))!;
        Certificates.Add(
            new JsonObject
            {
                ["id"] = Guid.NewGuid().ToString("n"),
                ["hosts"] = new JsonArray("example.com"),
                ["expires_on"] = "2027-01-31T00:00:00Z",
                ["chain"] = (string?)body["certificate"],
                ["key"] = (string?)body["private_key"],
            }
        );
        await WriteAsync(context, Certificates[^1].DeepClone());
    }

    private static Task WriteAsync(HttpContext context, JsonNode result, JsonNode? info = null)
    {
        var envelope = new JsonObject
        {
            ["success"] = true,
            ["errors"] = new JsonArray(),
            ["messages"] = new JsonArray(),
            ["result"] = result,
        };
        if (info is not null)
        {
            envelope["result_info"] = info;
        }

        return context.Response.WriteAsync(envelope.ToJsonString());
    }

    private static Task RefuseAsync(HttpContext context, int status, int code, string message)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(
            $$"""{"success":false,"errors":[{"code":{{code}},"message":"{{message}}"}],"messages":[],"result":null}"""
        );
    }
}
