using System.Text;
using System.Text.Json;
using Holdfast.Artifacts.Json;
using Holdfast.Releases.Intake;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Control.Envelope;

/// <summary>A request's JSON object, read whole; the server's limit bounds it.</summary>
internal sealed class RequestBody : IDisposable
{
    private readonly JsonDocument _document;
    private readonly List<ArtifactProblem> _problems = [];

    private RequestBody(JsonDocument document)
    {
        _document = document;
        Members = new JsonMembers(document.RootElement, "", _problems);
    }

    public JsonMembers Members { get; }

    public ICollection<ArtifactProblem> Problems => _problems;

    /// <exception cref="ApiException">It is no JSON.</exception>
    public static Task<RequestBody> ReadAsync(HttpContext context) => ReadAsync(context, "");

    /// <summary>The same, and no body at all is an empty object.</summary>
    /// <exception cref="ApiException">It is no JSON.</exception>
    public static Task<RequestBody> ReadOptionalAsync(HttpContext context) => ReadAsync(context, "{}");

    private static async Task<RequestBody> ReadAsync(HttpContext context, string otherwise) =>
        new(await ParseAsync(context, otherwise).ConfigureAwait(false));

    /// <summary>The request's body as any JSON; the caller disposes it.</summary>
    /// <exception cref="ApiException">It is no JSON.</exception>
    internal static async Task<JsonDocument> ParseAsync(HttpContext context, string otherwise)
    {
        using var buffer = new MemoryStream();
        await context.Request.Body.CopyToAsync(buffer, context.RequestAborted).ConfigureAwait(false);
        if (buffer.Length == 0)
        {
            buffer.Write(Encoding.UTF8.GetBytes(otherwise));
        }

        var problems = new List<ArtifactProblem>();
        return StrictJson.TryParse(buffer.GetBuffer().AsSpan(0, (int)buffer.Length), problems, out var document)
            ? document
            : throw ApiException.Invalid(problems, ErrorCodes.MalformedJson);
    }

    /// <summary>Refuses members that nobody read, and everything that was reported.</summary>
    /// <exception cref="ApiException">There is a problem.</exception>
    public void Complete(int code = ErrorCodes.Invalid)
    {
        Members.RefuseOthers();
        if (_problems.Count > 0)
        {
            throw ApiException.Invalid(_problems, code);
        }
    }

    public void Dispose() => _document.Dispose();
}
