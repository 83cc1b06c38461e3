using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Holdfast.Model.StatusPage;
using Holdfast.Status.Page;
using Holdfast.Status.ReadApi;
using Holdfast.Status.Storage;

namespace Holdfast.Status.Subscribers;

/// <summary>Posts to webhooks: Statuspage's shape with a signature, or what Slack and Discord take.</summary>
internal sealed class WebhookSender(TimeProvider time) : IDisposable
{
    /// <summary><c>t=SECONDS,v1=HEX</c>: HMAC-SHA-256 over the seconds since 1970, a full stop, and the body.</summary>
    public const string SignatureHeader = "Holdfast-Signature";

    private readonly HttpClient client = new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        }
    )
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Posts.</summary>
    /// <exception cref="HttpRequestException">It did not take it; the message says why.</exception>
    public async Task SendAsync(DeliveryRow row, Happening what, byte[]? secret, CancellationToken cancellationToken)
    {
        var body = row.Subscriber.Kind switch
        {
            SubscriberKind.Slack => V2Writer.Bytes(json => Slack(json, what)),
            SubscriberKind.Discord => V2Writer.Bytes(json => Discord(json, what)),
            _ => V2Writer.Bytes(json => Statuspage(json, row, what)),
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, row.Subscriber.Target) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.TryAddWithoutValidation("User-Agent", "Holdfast-Status");
        if (secret is not null)
        {
            request.Headers.TryAddWithoutValidation(SignatureHeader, Sign(secret, time.GetUtcNow().ToUnixTimeSeconds(), body));
            request.Headers.TryAddWithoutValidation("Holdfast-Message", $"{row.MessageId}.{row.Subscriber.Id}");
        }

        using var response = await client
            .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
            .ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            throw new HttpRequestException(string.Create(CultureInfo.InvariantCulture, $"it answered {(int)response.StatusCode}"));
        }
    }

    /// <summary>The signature's header.</summary>
    public static string Sign(byte[] secret, long seconds, ReadOnlySpan<byte> body)
    {
        byte[] signed = [.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{seconds}.")), .. body];
        return string.Create(
            CultureInfo.InvariantCulture,
            $"t={seconds},v1={Convert.ToHexStringLower(HMACSHA256.HashData(secret, signed))}"
        );
    }

    public void Dispose() => client.Dispose();

    private static void Statuspage(Utf8JsonWriter json, DeliveryRow row, Happening what)
    {
        json.WriteStartObject();
        json.WriteStartObject("meta");
        json.WriteString("message_id", $"{row.MessageId}.{row.Subscriber.Id}");
        json.WriteString("subscriber_id", row.Subscriber.Id);
        json.WriteEndObject();
        json.WriteStartObject("page");
        json.WriteString("id", what.PageId);
        json.WriteString("status_indicator", what.Indicator);
        json.WriteString("status_description", what.Description);
        json.WriteEndObject();
        json.WritePropertyName("incident");
        var profile = new StatusPageProfile
        {
            Id = what.PageId,
            Name = what.PageName,
            Url = what.PageUrl,
            UpdatedAt = what.Incident.UpdatedAt,
        };
        new V2Writer(new StatusPageState { Profile = profile }).Incident(json, what.Incident);
        json.WriteEndObject();
    }

    private static void Slack(Utf8JsonWriter json, Happening what)
    {
        json.WriteStartObject();

        // Slack's three special signs are written as it asks for; nothing in the words can name a channel or a person.
        static string Plain(string text) =>
            text.Replace("&", "&amp;", StringComparison.Ordinal)
                .Replace("<", "&lt;", StringComparison.Ordinal)
                .Replace(">", "&gt;", StringComparison.Ordinal);
        json.WriteString(
            "text",
            $"*<{what.Url}|{Plain(what.PageName)}: {Plain(what.Incident.Name)}>*\n_{StatusTexts.Text(what.Update.Status)}, {StatusTexts.Text(what.Incident.Impact).ToLowerInvariant()}_\n{Plain(what.Update.Body)}"
        );
        json.WriteEndObject();
    }

    private static void Discord(Utf8JsonWriter json, Happening what)
    {
        static string Short(string text, int most) => text.Length <= most ? text : text[..(most - 1)] + "…";
        json.WriteStartObject();
        json.WriteStartArray("embeds");
        json.WriteStartObject();
        json.WriteString("title", Short($"{what.PageName}: {what.Incident.Name}", 256));
        json.WriteString("url", what.Url);
        json.WriteString("description", Short($"**{StatusTexts.Text(what.Update.Status)}**\n{what.Update.Body}", 4096));
        json.WriteNumber(
            "color",
            what.Incident.Status.IsOver() ? 0x1a7f4b
                : what.Incident.Impact >= IncidentImpact.Major ? 0xb42318
                : 0x8a6100
        );
        json.WriteString("timestamp", V2Writer.Text(what.Update.DisplayAt));
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartObject("allowed_mentions");
        json.WriteStartArray("parse");
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
