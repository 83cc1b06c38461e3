using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Holdfast.Status.Tests.Subscribers;

/// <summary>A webhook on a free port that keeps what it is sent.</summary>
internal sealed class Hook : IAsyncDisposable
{
    private readonly WebApplication application;
    private readonly ConcurrentQueue<(string Body, Dictionary<string, string> Headers)> calls = new();

    private Hook(WebApplication application) => this.application = application;

    public string Url => application.Urls.Single() + "/hook";

    /// <summary>The status that it answers with.</summary>
    public int Status { get; set; } = 200;

    public IReadOnlyList<(string Body, Dictionary<string, string> Headers)> Calls => [.. calls];

    public static async Task<Hook> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1));
        var hook = new Hook(builder.Build());
        hook.application.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var body = await reader.ReadToEndAsync(context.RequestAborted);
            hook.calls.Enqueue((body, context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString())));
            context.Response.StatusCode = hook.Status;
        });
        await hook.application.StartAsync(TestContext.Current.CancellationToken);
        return hook;
    }

    public ValueTask DisposeAsync() => application.DisposeAsync();
}
