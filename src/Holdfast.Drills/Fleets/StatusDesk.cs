using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;

namespace Holdfast.Drills.Fleets;

/// <summary>The fleet's status page, as its operators have it.</summary>
/// <param name="address">Where it answers.</param>
internal sealed class StatusDesk(Uri address) : IDisposable
{
    private readonly HttpClient client = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>Where it answers.</summary>
    public Uri Address { get; } = address;

    /// <summary>What its operators prove themselves with.</summary>
    public string OperatorsToken { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20));

    /// <summary>What the edges do.</summary>
    public string EdgesToken { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20));

    /// <summary>The drafts of incidents that it has opened by itself; empty when it does not answer.</summary>
    public async Task<IReadOnlyList<IncidentDraft>> DraftsAsync(CancellationToken cancellationToken)
    {
        try
        {
            var page = (await GetAsync("/api/v2/status.json", cancellationToken)).GetProperty("page").GetProperty("id").GetString();
            var drafts = await GetAsync($"/v1/pages/{page}/drafts", cancellationToken);
            return [.. drafts.EnumerateArray().Select(Read)];
        }
        catch (Exception fault) when (fault is HttpRequestException or JsonException)
        {
            return [];
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return [];
        }
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    private static IncidentDraft Read(JsonElement draft) =>
        new(
            draft.GetProperty("about").GetString()!,
            draft.GetProperty("name").GetString()!,
            [.. draft.GetProperty("signs").EnumerateArray().Select(sign => sign.GetProperty("source").GetString()!).Distinct()],
            [
                .. draft
                    .GetProperty("signs")
                    .EnumerateArray()
                    .Select(sign => sign.TryGetProperty("release", out var release) ? release.GetString() : null)
                    .OfType<string>()
                    .Distinct(),
            ]
        );

    private async Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Address, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", OperatorsToken);
        using var answer = await client.SendAsync(request, cancellationToken);
        answer.EnsureSuccessStatusCode();
        using var document = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
        return document.RootElement.Clone();
    }
}

/// <summary>An incident that a status page has drafted.</summary>
/// <param name="About">What it is about: <c>ours</c>, <c>release/bot-features</c>.</param>
/// <param name="Name">Its title.</param>
/// <param name="Where">The edges that its evidence is from.</param>
/// <param name="Releases">The releases that its evidence names.</param>
internal sealed record IncidentDraft(string About, string Name, IReadOnlyList<string> Where, IReadOnlyList<string> Releases);
