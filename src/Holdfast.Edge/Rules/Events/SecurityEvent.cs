using Holdfast.Edge.Reporting;
using Holdfast.Edge.Requests;
using Holdfast.Http.Headers;

namespace Holdfast.Edge.Rules.Events;

/// <summary>One event as JSON, in memory that is used again and again. It belongs to whoever took it out of its queue.</summary>
internal sealed class SecurityEvent
{
    /// <summary>Size of the buffer: the longest texts of an event, most of them as they came.</summary>
    private const int Capacity = 8 * 1024;

    // Longest texts before they are escaped, in bytes: what tells a visitor apart, and no more. The access log has them whole.
    private const int MostHost = 255;
    private const int MostPath = 512;
    private const int MostQuery = 512;
    private const int MostAgent = 256;

    private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(Capacity);

    /// <summary>The event, a JSON object.</summary>
    public ReadOnlyMemory<byte> Json { get; private set; }

    /// <summary>Whose place it takes.</summary>
    public ZoneShare? Share { get; private set; }

    /// <summary>Writes it.</summary>
    /// <param name="request">The request.</param>
    /// <param name="turn">Its way through the rules, or null.</param>
    /// <param name="rule">The rule that acts.</param>
    /// <param name="share">Whose place it takes.</param>
    /// <param name="one">How many acts it stands for.</param>
    /// <returns>False when it does not fit.</returns>
    public bool TryWrite(EdgeRequest request, RuleTurn? turn, EventRule rule, ZoneShare share, int one)
    {
        var json = new JsonLineWriter(_bytes);
        WriteRequest(ref json, request, turn);
        if (rule.Share is null)
        {
            json.Text(",\"zone_id\":\""u8, request.Zone!.IdText);
        }

        json.Raw(","u8);
        json.Raw(rule.Json);
        if (turn?.Executor is { } executor)
        {
            json.Text(",\"executed_by\":\""u8, executor.IdText);
        }

        json.Number(",\"sample_interval\":"u8, one);
        json.Raw(",\"fields\":["u8);
        if (turn is not null)
        {
            WriteFields(ref json, turn, rule);
        }

        json.Raw("]}"u8);
        Share = share;
        Json = _bytes.AsMemory(0, json.Length);
        return !json.Overflowed;
    }

    private static void WriteRequest(ref JsonLineWriter json, EdgeRequest request, RuleTurn? turn)
    {
        var head = request.Head;
        Span<byte> ray = stackalloc byte[RayId.Length];
        request.Ray.Format(ray);
        json.Text("{\"ray_id\":\""u8, ray);
        json.Timestamp(",\"occurred_at\":\""u8, request.StartedAt.UtcDateTime);
        json.Text(",\"ip\":\""u8, request.ClientAddressText);
        json.Text(",\"country\":\""u8, request.Country.Utf8);
        json.Text(",\"host\":\""u8, EventField.Cut(turn is null ? head.Host : turn.Signals.Uri.Host, MostHost));
        json.Text(",\"method\":\""u8, EventField.Cut(head.MethodBytes, 32));
        json.Text(",\"scheme\":\""u8, request.IsHttps ? "https"u8 : "http"u8);
        json.Text(
            ",\"proto\":\""u8,
            head.Version switch
            {
                10 => "HTTP/1.0"u8,
                20 => "HTTP/2"u8,
                30 => "HTTP/3"u8,
                _ => "HTTP/1.1"u8,
            }
        );
        json.Text(",\"path\":\""u8, EventField.Cut(head.Path, MostPath));
        Span<byte> query = stackalloc byte[MostQuery];
        json.Text(",\"query\":\""u8, SecretText.MaskUri(head.Query, isQuery: true, query));
        head.Headers.TryGet(KnownHeader.UserAgent, out var agent);
        json.Text(",\"ua\":\""u8, EventField.Cut(turn is null ? agent : turn.Signals.Fields.SentAgent, MostAgent));
    }

    private static void WriteFields(ref JsonLineWriter json, RuleTurn turn, EventRule rule)
    {
        var isFirst = true;
        foreach (var read in rule.Reads)
        {
            var before = json;
            json.Raw(isFirst ? "{\"name\":"u8 : ",{\"name\":"u8);
            json.Raw(read.JsonName);
            EventField.Write(ref json, turn.Signals, read.Read);
            json.Raw("}"u8);
            if (json.Overflowed || json.Length > Capacity - 2)
            {
                // What has been written stays, and room for the end.
                json = before;
                return;
            }

            isFirst = false;
        }
    }
}
