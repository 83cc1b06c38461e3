using System.Text.Json;
using Holdfast.Artifacts.Json;
using Holdfast.Releases.Intake;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Control.Envelope;

/// <summary>A request's JSON array, read whole; the server's limit bounds it.</summary>
internal sealed class RequestList : IDisposable
{
    private readonly JsonDocument _document;
    private readonly List<ArtifactProblem> _problems = [];

    private RequestList(JsonDocument document)
    {
        _document = document;
        if (document.RootElement.ValueKind != JsonValueKind.Array)
        {
            _problems.Add(new ArtifactProblem("", StrictJson.Describe(document.RootElement), "an array"));
        }
    }

    /// <summary>What is in it; nothing when it is no array, which is reported.</summary>
    public IEnumerable<JsonElement> Items =>
        _document.RootElement.ValueKind == JsonValueKind.Array ? _document.RootElement.EnumerateArray() : [];

    public ICollection<ArtifactProblem> Problems => _problems;

    /// <exception cref="ApiException">It is no JSON.</exception>
    public static async Task<RequestList> ReadAsync(HttpContext context) =>
        new(await RequestBody.ParseAsync(context, "").ConfigureAwait(false));

    /// <summary>Refuses everything that was reported.</summary>
    /// <exception cref="ApiException">There is a problem.</exception>
    public void Complete()
    {
        if (_problems.Count > 0)
        {
            throw ApiException.Invalid(_problems);
        }
    }

    public void Dispose() => _document.Dispose();
}
