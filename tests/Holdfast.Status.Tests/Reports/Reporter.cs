using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Holdfast.Status.Tests.Reports;

/// <summary>Visitors who report problems, each from an address that a proxy of the page names.</summary>
internal sealed class Reporter(Uri url) : IDisposable
{
    private readonly HttpClient client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });

    /// <summary>Reports with a proof of work, as the page's script does.</summary>
    public async Task<(HttpStatusCode Status, string Page)> ReportAsync(
        string slug,
        string address,
        string problem = "errors",
        string comment = ""
    )
    {
        var (challenge, nonce) = await WorkAsync(slug, address);
        return await PostAsync(slug, address, ("problem", problem), ("comment", comment), ("challenge", challenge), ("nonce", nonce));
    }

    /// <summary>The work for a challenge of this address.</summary>
    public async Task<(string Challenge, string Nonce)> WorkAsync(string slug, string address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(url, $"/reports/{slug}/challenge"));
        request.Headers.Add("X-Forwarded-For", address);
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var task = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        var challenge = task["challenge"]!.GetValue<string>();
        var bits = task["bits"]!.GetValue<int>();
        for (var nonce = 0; ; nonce++)
        {
            var hash = SHA256.HashData(Encoding.ASCII.GetBytes($"{challenge}:{nonce}"));
            if (System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(hash) >> (32 - bits) == 0)
            {
                return (challenge, $"{nonce}");
            }
        }
    }

    /// <summary>Posts a form.</summary>
    public Task<(HttpStatusCode Status, string Page)> PostAsync(string slug, string address, params (string Name, string Value)[] fields) =>
        SendAsync(slug, address, fields, []);

    /// <summary>Posts a form with other headers.</summary>
    public async Task<(HttpStatusCode Status, string Page)> SendAsync(
        string slug,
        string address,
        (string Name, string Value)[] fields,
        (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(url, $"/reports/{slug}"));
        request.Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        request.Headers.Add("X-Forwarded-For", address);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>The ticket that a page asks to wait with.</summary>
    public static string Ticket(string page) => Regex.Match(page, "name=\"ticket\" value=\"([^\"]+)\"").Groups[1].Value;

    public void Dispose() => client.Dispose();
}
