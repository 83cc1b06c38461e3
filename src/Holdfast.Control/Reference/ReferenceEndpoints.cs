using System.Reflection;
using System.Text;
using Holdfast.Control.Operations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Scalar.AspNetCore;

namespace Holdfast.Control.Reference;

/// <summary>
/// What the API says of itself: the OpenAPI document, and Scalar's page that shows it. Both are for everybody, and the page loads nothing
/// from anywhere else: it works where there is no internet.
/// </summary>
internal sealed class ReferenceEndpoints
{
    public const string DocumentPath = "/openapi.json";
    public const string PagePath = "/docs";

    // The page's script and styles come with it; the browser is told to load from nobody else.
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        + "font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    /// <summary>Whether a path is one of these.</summary>
    public static bool Owns(PathString path) => path == DocumentPath || path.StartsWithSegments(PagePath, StringComparison.Ordinal, out _);

    public void Map(WebApplication application)
    {
        IEndpointRouteBuilder routes = application;
        var document = new Lazy<byte[]>(() => Document(routes));
        routes.MapGet(
            DocumentPath,
            async (HttpContext context) =>
            {
                context.Response.ContentType = "application/json";
                context.Response.ContentLength = document.Value.Length;
                await context.Response.Body.WriteAsync(document.Value, context.RequestAborted).ConfigureAwait(false);
            }
        );
        routes
            .MapScalarApiReference(
                PagePath,
                options =>
                {
                    options.OpenApiRoutePattern = DocumentPath;
                    options.Title = "Holdfast API";
                    options.DefaultFonts = false;
                    options.DisableTelemetry();
                    options.DisableAgent();

                    // These lead to services of others.
                    options.Mcp = new ScalarMcpOptions { Disabled = true };
                    options.ShowDeveloperTools = DeveloperToolsVisibility.Never;
                    options.HideClientButton = true;
                }
            )
            .AddEndpointFilter(
                (invocation, next) =>
                {
                    invocation.HttpContext.Response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
                    invocation.HttpContext.Response.Headers.XContentTypeOptions = "nosniff";
                    return next(invocation);
                }
            );
    }

    /// <summary>The operations that are mapped.</summary>
    public static IEnumerable<ApiOperation> Operations(IEndpointRouteBuilder routes) =>
        routes
            .DataSources.SelectMany(source => source.Endpoints)
            .Select(endpoint => endpoint.Metadata.GetMetadata<ApiOperation>())
            .OfType<ApiOperation>();

    private static byte[] Document(IEndpointRouteBuilder routes)
    {
        var version = typeof(ReferenceEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        return Encoding.UTF8.GetBytes(OpenApiDocument.Of(Operations(routes), version).ToJsonString());
    }
}
