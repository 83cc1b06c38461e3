using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Requests;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http.Features;

namespace Holdfast.Edge.Http2;

/// <summary>Where Kestrel hands over requests that came by HTTP/2 or 3. There is no ASP.NET pipeline between.</summary>
internal sealed class Http2Application(RequestPipeline pipeline, EdgeLimits limits, TimeProvider time) : IHttpApplication<Http2Request>
{
    /// <summary>Whether visitors are to come by another connection for their next request.</summary>
    public Func<bool> Draining { get; init; } = static () => false;

    /// <inheritdoc/>
    public Http2Request CreateContext(IFeatureCollection contextFeatures)
    {
        // Kestrel keeps a stream's context for the streams that follow on it.
        if (contextFeatures is IHostContextContainer<Http2Request> container)
        {
            container.HostContext ??= new Http2Request(contextFeatures, limits);
            container.HostContext.Attach(contextFeatures);
            return container.HostContext;
        }

        var request = new Http2Request(contextFeatures, limits);
        request.Attach(contextFeatures);
        return request;
    }

    /// <inheritdoc/>
    public async Task ProcessRequestAsync(Http2Request context)
    {
        if (Draining())
        {
            context.SayGoAway();
        }

        var fault = context.BeginRequest(RayId.Next(pipeline.Random), time.GetUtcNow(), time.GetTimestamp());
        if (fault == Holdfast.Http.Messages.MessageFault.None)
        {
            await pipeline.HandleAsync(context).ConfigureAwait(false);
        }
        else
        {
            context.Refused = fault;
            var error = RefusalErrors.Of(fault);
            await pipeline.RefuseAsync(context, error == EdgeError.None ? EdgeError.BadRequest : error).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void DisposeContext(Http2Request context, Exception? exception) => context.Detach();
}
