using Microsoft.AspNetCore.Http;

namespace Holdfast.Status.WriteApi;

/// <summary>A request's body in memory; the server refuses what is larger than <see cref="StatusHost.MaxRequestBodyBytes"/>.</summary>
internal static class RequestBody
{
    /// <summary>Reads it whole.</summary>
    /// <exception cref="StatusProblem">It is too large, or not JSON by its content type.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContext context)
    {
        // A form of another site can post without asking only as one of three types, and none is this one.
        if (context.Request.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) != true)
        {
            throw new StatusProblem(415, "the body has to be JSON: Content-Type: application/json");
        }

        using var buffer = new MemoryStream();
        try
        {
            await context.Request.Body.CopyToAsync(buffer, context.RequestAborted).ConfigureAwait(false);
        }
        catch (BadHttpRequestException fault)
        {
            throw new StatusProblem(fault.StatusCode, fault.Message);
        }

        return buffer.ToArray();
    }
}
