using System.Globalization;
using System.Text;
using Holdfast.Cache.Exchange;
using Holdfast.Cache.Policy;
using Holdfast.Cache.Storage;
using Holdfast.Model.Zones;

namespace Holdfast.Cache.Tests.Conversations;

/// <summary>
/// Plays a conversation between a client, the cache and an origin, written as one text:
/// <code>
/// @0  client: GET /a | Accept: text/html
///     proxy:  GET /a | Accept: text/html | !Cookie      what the origin sees; absent when the origin must not be asked
///     origin: 200 hello | Cache-Control: max-age=5      or "origin: closes"
///     client: 200 hello | CF-Cache-Status: MISS | !Age  what the client sees
/// </code>
/// <c>@N</c> sets the time to N seconds. In a value, <c>{N}</c> is the HTTP date of second N. <c>!Name</c> says that a field is absent.
/// An origin that states Content-Length breaks its body off. Parts of a multipart answer are joined with <c>|</c>.
/// <c>origin: 200 +3 …</c> takes three seconds to answer. An ellipsis in the body repeats nothing: bodies are short words.
/// </summary>
internal sealed class Conversation
{
    // A whole second, so that dates are exact.
    private const long Epoch = 1_800_000_000;

    private readonly MemoryStore _store;
    private readonly CacheExchange _exchange;
    private readonly CachePolicy _policy;
    private readonly Queue<string> _lines;
    private long _now = Epoch * 1000;

    private Conversation(string text, CachePolicy policy)
    {
        _store = new MemoryStore(new MemoryStoreLimits { Budget = 1024 * 1024 });
        _exchange = new CacheExchange(_store);
        _policy = policy;
        _lines = new Queue<string>(
            text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(l => l[0] != '#')
        );
    }

    /// <summary>Plays it in a standard cache.</summary>
    public static void Standard(string text) => Play(text, new CachePolicy { Profile = CacheProfile.Standard });

    /// <summary>Plays it under a policy.</summary>
    public static void Play(string text, CachePolicy policy) => new Conversation(text, policy).Play();

    /// <summary>What the first of these responses did to the second request: whether it was reused.</summary>
    public static bool IsReusedAfter(int seconds, int status, params string[] fields)
    {
        var conversation = new Conversation("", new CachePolicy { Profile = CacheProfile.Standard });
        conversation.Ask("GET /", [], () => (status, "body", [.. fields.Select(conversation.Dated)], 0));
        conversation._now += seconds * 1000L;
        return conversation.Ask("GET /", [], () => (599, "again", ["Cache-Control: no-store"], 0)).Status != 599;
    }

    private void Play()
    {
        Assert.NotEmpty(_lines);
        while (_lines.TryDequeue(out var line))
        {
            if (line[0] == '@')
            {
                var space = line.IndexOf(' ');
                _now = (Epoch * 1000) + (long)(double.Parse(line[1..space], CultureInfo.InvariantCulture) * 1000);
                line = line[space..].Trim();
            }

            var request = Parts(line, "client");
            var asked = 0;
            var answer = Ask(
                request[0],
                request[1..],
                () =>
                {
                    asked++;
                    return Origin(line);
                }
            );
            Assert.True(
                _lines.Count > 0 && !_lines.Peek().StartsWith("proxy", StringComparison.Ordinal),
                $"the origin was not asked again: {line}"
            );
            Check(answer, Parts(_lines.Dequeue(), "client"), line);
        }
    }

    private List<string> _sent = [];

    private (int, string, List<string>, int)? Origin(string request)
    {
        Assert.True(
            _lines.Count > 0 && _lines.Peek().StartsWith("proxy", StringComparison.Ordinal),
            $"the origin was asked, and must not be: {request}\n{string.Join('\n', _sent)}"
        );
        var expected = Parts(_lines.Dequeue(), "proxy");
        Assert.Equal(expected[0], _sent[0]);
        CheckFields(_sent[1..], expected[1..], request);
        var parts = Parts(_lines.Dequeue(), "origin");
        if (parts[0] == "closes")
        {
            return null;
        }

        var words = parts[0].Split(' ').ToList();
        var delay = words.Count > 1 && words[1][0] == '+' ? int.Parse(words[1][1..], CultureInfo.InvariantCulture) : 0;
        words.RemoveAll(w => w[0] == '+');
        return (int.Parse(words[0], CultureInfo.InvariantCulture), words.Count > 1 ? words[1] : "", [.. parts[1..].Select(Dated)], delay);
    }

    // What an edge does, without its I/O.
    private (int Status, string Body, List<string> Fields) Ask(
        string line,
        IEnumerable<string> fields,
        Func<(int Status, string Body, List<string> Fields, int Delay)?> origin
    )
    {
        var words = line.Split(' ');
        var question = words[1].IndexOf('?');
        var request = new TextFields([.. fields.Select(Dated)]);
        var step = _exchange.Begin(
            new CacheRequest
            {
                Method = Encoding.ASCII.GetBytes(words[0]),
                Scope = "zone"u8,
                Scheme = "http"u8,
                Host = "example.com"u8,
                Path = Encoding.ASCII.GetBytes(question < 0 ? words[1] : words[1][..question]),
                Query = Encoding.ASCII.GetBytes(question < 0 ? "" : words[1][question..]),
            },
            request,
            _policy,
            _now
        );
        switch (step)
        {
            case RequestStep.GatewayTimeout:
                return (504, "", [CacheStatus()]);
            case RequestStep.Serve:
                return FromStore(words[0], _exchange.Answer(request, _now));
            case RequestStep.ServeAndRevalidate:
                var served = FromStore(words[0], _exchange.Answer(request, _now));
                _exchange.Stored!.EndRevalidation();
                return served;
        }

        var unconditional = false;
        while (true)
        {
            _sent = [line, .. request.Lines];
            if (step == RequestStep.Revalidate)
            {
                _sent.RemoveAll(f => f.Split(':')[0] is "If-None-Match" or "If-Modified-Since" or "If-Range" or "Range");
                if (!unconditional)
                {
                    var tag = Encoding.Latin1.GetString(_exchange.Validators(out var modified));
                    var date = Encoding.Latin1.GetString(modified);
                    _sent.AddRange(tag.Length > 0 ? [$"If-None-Match: {tag}"] : []);
                    _sent.AddRange(date.Length > 0 ? [$"If-Modified-Since: {date}"] : []);
                }
            }

            var requested = _now;
            if (origin() is not { } answer)
            {
                return _exchange.Failed(1, _now) ? FromStore(words[0], _exchange.Answer(_now)) : (502, "", []);
            }

            _now += answer.Delay * 1000L;
            var response = new TextFields([.. answer.Fields]);
            switch (
                _exchange.Received(answer.Status, response, words[0] == "HEAD" ? -1 : LengthOf(answer.Fields, answer.Body), requested, _now)
            )
            {
                case ResponseStep.Serve:
                    return FromStore(words[0], _exchange.Answer(_now));
                case ResponseStep.FetchAgain:
                    unconditional = true;
                    continue;
                case ResponseStep.PassAndStore:
                    _exchange.Fill!.Append(Encoding.Latin1.GetBytes(answer.Body));
                    if (answer.Fields.Any(f => f.StartsWith("Content-Length", StringComparison.Ordinal)))
                    {
                        _exchange.Fill.Break(1);
                    }
                    else
                    {
                        _exchange.Fill.Complete();
                    }

                    break;
            }

            var passed = answer.Fields.Where(f => !f.StartsWith("Cloudflare-CDN", StringComparison.OrdinalIgnoreCase));
            return _exchange.VisitorHasNewResponse
                ? (304, "", [.. passed, Cf(), CacheStatus()])
                : (answer.Status, answer.Body, [.. passed, Cf(), CacheStatus()]);
        }
    }

    private (int, string, List<string>) FromStore(string method, VisitorAnswer answer)
    {
        var stored = _exchange.Stored!;
        var fields = new List<string>();
        foreach (var field in stored.Fields)
        {
            if (answer.Sends(field.Known, !stored.EntityTag.IsEmpty))
            {
                fields.Add($"{Encoding.Latin1.GetString(field.Name)}: {Encoding.Latin1.GetString(field.Value)}");
            }
        }

        if (answer is { Status: 206, Several: null })
        {
            fields.Add($"Content-Range: bytes {answer.Start}-{answer.Start + answer.Length - 1}/{stored.BodyLength}");
        }

        fields.Add($"Age: {stored.AgeAt(_now) / 1000}");
        fields.Add(Cf());
        fields.Add(CacheStatus());
        if (answer.Several is { } several)
        {
            return (206, string.Join('|', several.Ranges.Select(r => Text(stored, r.Start, r.Length))), fields);
        }

        return (answer.Status, method == "HEAD" ? "" : Text(stored, answer.Start, answer.Length), fields);
    }

    private static string Text(StoredResponse stored, long start, long length)
    {
        var body = new StringBuilder();
        for (var offset = start; offset < start + length; )
        {
            var piece = stored.BodyAt(offset).Span;
            piece = piece[..(int)Math.Min(piece.Length, start + length - offset)];
            body.Append(Encoding.Latin1.GetString(piece));
            offset += piece.Length;
        }

        return body.ToString();
    }

    private static long LengthOf(List<string> fields, string body) =>
        fields.Find(f => f.StartsWith("Content-Length: ", StringComparison.Ordinal)) is { } stated
            ? long.Parse(stated.AsSpan(16), CultureInfo.InvariantCulture)
            : body.Length;

    private string Cf() => $"CF-Cache-Status: {Encoding.ASCII.GetString(_exchange.StatusText)}";

    private string CacheStatus()
    {
        Span<byte> text = stackalloc byte[CacheExchange.LongestCacheStatus];
        return $"Cache-Status: {Encoding.ASCII.GetString(text[.._exchange.WriteCacheStatus(text, _now)])}";
    }

    private void Check((int Status, string Body, List<string> Fields) answer, string[] expected, string request)
    {
        var words = expected[0].Split(' ');
        Assert.True(
            words[0] == answer.Status.ToString(CultureInfo.InvariantCulture) && (words.Length == 1 || words[1] == answer.Body),
            $"{request}\n expected: {expected[0]}\n got:      {answer.Status} {answer.Body}\n{string.Join('\n', answer.Fields)}"
        );
        CheckFields(answer.Fields, expected[1..], request);
    }

    private void CheckFields(List<string> actual, string[] expected, string request)
    {
        foreach (var field in expected.Select(Dated))
        {
            var holds =
                field[0] == '!'
                    ? !actual.Any(a => a.StartsWith(field[1..] + ":", StringComparison.OrdinalIgnoreCase))
                    : actual.Contains(field);
            Assert.True(holds, $"{request}\n expected: {field}\n got:\n{string.Join('\n', actual)}");
        }
    }

    private string Dated(string field)
    {
        for (var open = field.IndexOf('{'); open >= 0; open = field.IndexOf('{'))
        {
            var close = field.IndexOf('}', open);
            var second = Epoch + long.Parse(field[(open + 1)..close], CultureInfo.InvariantCulture);
            field =
                field[..open]
                + DateTimeOffset.FromUnixTimeSeconds(second).ToString("R", CultureInfo.InvariantCulture)
                + field[(close + 1)..];
        }

        return field;
    }

    private static string[] Parts(string line, string who)
    {
        Assert.StartsWith(who + ":", line);
        return [.. line[(who.Length + 1)..].Split(" | ").Select(p => p.Trim())];
    }
}
