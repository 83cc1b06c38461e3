using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>
/// An origin for what nginx does not do: <c>/count</c> answers with the number of bytes sent to it, <c>/echo</c> speaks WebSocket,
/// <c>/grpc</c> sends its body back with trailers,
/// <c>/fresh</c> and <c>/validated</c> may be cached.
/// </summary>
internal sealed class KestrelOrigin : IAsyncDisposable
{
    private readonly WebApplication application;

    private KestrelOrigin(WebApplication application, int port)
    {
        this.application = application;
        Port = port;
    }

    /// <summary>Where it listens, on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Starts one that speaks HTTP/1.1, or HTTP/2 without TLS.</summary>
    public static async Task<KestrelOrigin> StartAsync(HttpProtocols protocols)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols);
        });
        var application = builder.Build();
        application.UseWebSockets();
        application.UseRouting();
        application.MapPost("/count", CountAsync);
        application.MapPost("/grpc", GrpcAsync);
        application.MapGet("/echo", EchoAsync);
        application.MapGet("/fresh", context => CacheableAsync(context, "max-age=60"));
        application.MapGet("/validated", context => CacheableAsync(context, "no-cache"));
        await application.StartAsync();
        var address = application
            .Services.GetRequiredService<IServer>()
            .Features.GetRequiredFeature<IServerAddressesFeature>()
            .Addresses.First();
        return new KestrelOrigin(application, new Uri(address).Port);
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await application.StopAsync(now.Token);
        await application.DisposeAsync();
    }

    private static async Task CacheableAsync(HttpContext context, string control)
    {
        context.Response.Headers.CacheControl = control;
        context.Response.Headers.ETag = "\"1\"";
        if (context.Request.Headers.IfNoneMatch == "\"1\"")
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        await context.Response.WriteAsync(Guid.NewGuid().ToString());
    }

    private static async Task CountAsync(HttpContext context)
    {
        var count = 0L;
        while (true)
        {
            var read = await context.Request.BodyReader.ReadAsync();
            count += read.Buffer.Length;
            context.Request.BodyReader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                break;
            }
        }

        await context.Response.WriteAsync(count.ToString(CultureInfo.InvariantCulture));
    }

    private static async Task GrpcAsync(HttpContext context)
    {
        context.Response.ContentType = "application/grpc";
        context.Response.DeclareTrailer("grpc-status");
        context.Response.DeclareTrailer("grpc-message");
        await context.Response.Body.FlushAsync();

        // Message by message, as a bidirectional stream does: what came goes back before the next one comes.
        while (true)
        {
            var read = await context.Request.BodyReader.ReadAsync();
            foreach (var segment in read.Buffer)
            {
                await context.Response.Body.WriteAsync(segment);
            }

            await context.Response.Body.FlushAsync();
            context.Request.BodyReader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                break;
            }
        }

        context.Response.AppendTrailer("grpc-status", "0");
        context.Response.AppendTrailer("grpc-message", $"te={context.Request.Headers.TE}");
    }

    private static async Task EchoAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync(context.WebSockets.WebSocketRequestedProtocols.FirstOrDefault());
        var buffer = new byte[4096];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer, CancellationToken.None);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", CancellationToken.None);
                return;
            }

            await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, CancellationToken.None);
        }
    }
}
