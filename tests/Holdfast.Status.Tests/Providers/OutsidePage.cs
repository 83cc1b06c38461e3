using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Holdfast.Status.Tests.Providers;

/// <summary>An outside service's status page on a free port: with an entity tag, and with redirections where a path asks for them.</summary>
internal sealed class OutsidePage : IAsyncDisposable
{
    private readonly WebApplication application;

    private OutsidePage(WebApplication application) => this.application = application;

    public string Url => application.Urls.Single();

    /// <summary>What it answers.</summary>
    public string Document { get; set; } = "";

    /// <summary>The status that it answers with.</summary>
    public int Status { get; set; } = 200;

    /// <summary>Its entity tag; no other document has it.</summary>
    public string Tag => $"\"{Document.Length}\"";

    /// <summary>Requests that were answered with a document.</summary>
    public int Sent { get; private set; }

    /// <summary>Requests that were answered with 304.</summary>
    public int Unchanged { get; private set; }

    public static async Task<OutsidePage> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1));
        var page = new OutsidePage(builder.Build());
        page.application.Run(page.AnswerAsync);
        await page.application.StartAsync(TestContext.Current.CancellationToken);
        return page;
    }

    public ValueTask DisposeAsync() => application.DisposeAsync();

    /// <summary><c>/hop/2</c> redirects to <c>/hop/1</c>, that to <c>/hop/0</c>, which is the document; <c>/file</c> redirects to a file, <c>/elsewhere</c> to another host.</summary>
    private Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        if (path == "/file")
        {
            context.Response.Redirect("file:///etc/hostname");
            return Task.CompletedTask;
        }

        if (path == "/elsewhere")
        {
            // The same page by another host's name.
            context.Response.Redirect($"http://localhost:{context.Connection.LocalPort}/hop/0");
            return Task.CompletedTask;
        }

        if (path.StartsWith("/hop/", StringComparison.Ordinal) && int.Parse(path.AsSpan(5)) is > 0 and var left)
        {
            context.Response.Redirect($"/hop/{left - 1}");
            return Task.CompletedTask;
        }

        context.Response.StatusCode = Status;
        context.Response.Headers.ETag = Tag;
        if (Status == 200 && context.Request.Headers.IfNoneMatch == Tag)
        {
            Unchanged++;
            context.Response.StatusCode = 304;
            return Task.CompletedTask;
        }

        Sent++;
        return context.Response.WriteAsync(Document);
    }
}
