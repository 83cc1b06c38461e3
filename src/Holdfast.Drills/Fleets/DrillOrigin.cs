using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Holdfast.Drills.Fleets;

/// <summary>
/// The sites' own server: it answers every request with the host and the path that it was asked for, so that a visitor can tell a right
/// answer from any other. Paths below <c>/cached/</c> may be kept for a minute, the others not at all.
/// </summary>
internal sealed class DrillOrigin : IAsyncDisposable
{
    private readonly WebApplication application;
    private long requests;

    private DrillOrigin(WebApplication application) => this.application = application;

    /// <summary>Where it answers.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>How many requests it had.</summary>
    public long Requests => Interlocked.Read(ref requests);

    /// <summary>What the answer to a request says.</summary>
    public static string BodyOf(string host, string path) => $"{host} {path}\n";

    /// <summary>Starts it on a free port of 127.0.0.1.</summary>
    public static async Task<DrillOrigin> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var application = builder.Build();
        var origin = new DrillOrigin(application);
        application.Run(origin.AnswerAsync);
        await application.StartAsync(cancellationToken);
        var server = application.Services.GetRequiredService<IServer>();
        origin.Address = new Uri(server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());
        return origin;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => application.DisposeAsync();

    private Task AnswerAsync(HttpContext context)
    {
        Interlocked.Increment(ref requests);
        var path = context.Request.Path.Value ?? "/";
        context.Response.ContentType = "text/plain";
        context.Response.Headers.CacheControl = path.StartsWith("/cached/", StringComparison.Ordinal) ? "max-age=60" : "no-store";
        return context.Response.WriteAsync(BodyOf(context.Request.Host.Host, path), context.RequestAborted);
    }
}
