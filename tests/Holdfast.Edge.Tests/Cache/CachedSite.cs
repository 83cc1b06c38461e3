using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Holdfast.Edge.Hosting;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Tests.Cache;

/// <summary>An edge with a cache in front of an origin that a test plays, and one visitor.</summary>
internal sealed class CachedSite : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _seen = new();
    private int _asked;
    private readonly ScriptedOrigin _origin;
    private EdgeUnderTest _edge = null!;
    private Conversation _visitor = null!;

    private CachedSite(Func<int, string, Conversation, Task> answer) =>
        _origin = new ScriptedOrigin(async c =>
        {
            while (await c.ReadHeadAsync() is { } head)
            {
                // Before it is seen: what a test sends after that has a higher number.
                var number = Interlocked.Increment(ref _asked);
                _seen.Enqueue(head);
                await answer(number, head, c);
            }
        });

    public ShiftedTime Time { get; } = new();

    public EdgeUnderTest Edge => _edge;

    public string OriginUrl => _origin.Url;

    /// <summary>The heads that the origin has seen.</summary>
    public IReadOnlyList<string> Seen => [.. _seen];

    /// <summary>A site whose origin plays these answers, one a request; an empty one closes without a word.</summary>
    public static Task<CachedSite> AnsweringAsync(params string[] answers) =>
        StartAsync(
            async (number, _, c) =>
            {
                var answer = answers[number - 1];
                if (answer.Length == 0)
                {
                    c.Dispose();
                    return;
                }

                await c.SendAsync(answer);
            }
        );

    /// <summary>A site whose origin answers each request by its head.</summary>
    public static Task<CachedSite> StartAsync(
        Func<string, Conversation, Task> answer,
        ZoneSettings? settings = null,
        Func<EdgeOptions, EdgeOptions>? change = null
    ) => StartAsync((_, head, c) => answer(head, c), settings, change);

    /// <summary>The same, by its number too: the order in which the requests were seen, from 1.</summary>
    public static async Task<CachedSite> StartAsync(
        Func<int, string, Conversation, Task> answer,
        ZoneSettings? settings = null,
        Func<EdgeOptions, EdgeOptions>? change = null
    )
    {
        var site = new CachedSite(answer);
        site._edge = await EdgeUnderTest.InFrontOfAsync(
            site._origin.Url,
            settings ?? new ZoneSettings { CacheProfile = CacheProfile.Standard },
            options =>
            {
                var changed = change?.Invoke(options) ?? options;

                // A test moves the clock by hours, and its visitor is still there.
                return changed with
                {
                    Time = site.Time,
                    Limits = changed.Limits with { IdleTimeout = TimeSpan.FromDays(365) },
                };
            }
        );
        site._visitor = await Conversation.ConnectAsync(site._edge.Http);
        return site;
    }

    /// <summary>A 200 with this body.</summary>
    public static string Ok(string body, params string[] fields) => Answer("200 OK", body, fields);

    public static string Answer(string status, string body, params string[] fields) =>
        $"HTTP/1.1 {status}\r\n{string.Concat(fields.Select(f => f + "\r\n"))}Content-Length: {body.Length}\r\n\r\n{body}";

    /// <summary>Asks for something on the visitor's connection.</summary>
    public Task<Reply> AskAsync(string line, params string[] fields) => AskWithBodyAsync(line, "", fields);

    /// <summary>Visitors on connections of their own who ask for the same, each on its way to its answer.</summary>
    public async Task<List<Conversation>> VisitAsync(int count, string line, params string[] fields)
    {
        var visitors = new List<Conversation>();
        for (var i = 0; i < count; i++)
        {
            var visitor = await Conversation.ConnectAsync(_edge.Http);
            await visitor.SendAsync($"{line} HTTP/1.1\r\nHost: example.com\r\n{string.Concat(fields.Select(f => f + "\r\n"))}\r\n");
            visitors.Add(visitor);
        }

        return visitors;
    }

    /// <summary>Waits until this many requests wait for another one's answer.</summary>
    public Task UntilWaitingAsync(int count) => EdgeUnderTest.UntilAsync(() => _edge.Fills.Waiting == count);

    /// <summary>Waits until the origin has seen this many requests.</summary>
    public Task UntilSeenAsync(int count) => EdgeUnderTest.UntilAsync(() => _seen.Count >= count);

    /// <summary>The same with a body, whose length is among the fields.</summary>
    public async Task<Reply> AskWithBodyAsync(string line, string body, params string[] fields)
    {
        await _visitor.SendAsync($"{line} HTTP/1.1\r\nHost: example.com\r\n{string.Concat(fields.Select(f => f + "\r\n"))}\r\n{body}");
        return await ReadAsync(_visitor, line.StartsWith("HEAD", StringComparison.Ordinal));
    }

    public static async Task<Reply> ReadAsync(Conversation visitor, bool toHead = false)
    {
        var head = await visitor.ReadHeadAsync() ?? throw new IOException("the edge closed the connection");
        var reply = new Reply(head, "");
        if (toHead || reply.Status is 204 or 304)
        {
            return reply;
        }

        if (reply["Content-Length"] is { } length)
        {
            return reply with { Body = await visitor.ReadAsync(int.Parse(length, CultureInfo.InvariantCulture)) };
        }

        var body = new StringBuilder();
        while (true)
        {
            var size = int.Parse((await visitor.ReadThroughAsync("\r\n"))[..^2], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            body.Append((await visitor.ReadAsync(size + 2))[..size]);
            if (size == 0)
            {
                return reply with { Body = body.ToString() };
            }
        }
    }

    /// <summary>Ends the origin and its connections.</summary>
    public async Task StopOriginAsync() => await _origin.DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        _visitor.Dispose();
        await _edge.DisposeAsync();
        await _origin.DisposeAsync();
    }
}

/// <summary>What a visitor got.</summary>
internal sealed record Reply(string Head, string Body)
{
    public int Status => int.Parse(Head.AsSpan(9, 3), CultureInfo.InvariantCulture);

    /// <summary>The values of a field, joined; null when it is not there.</summary>
    public string? this[string name]
    {
        get
        {
            var values = Head.Split("\r\n")
                .Where(l => l.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
                .Select(l => l[(name.Length + 1)..].Trim())
                .ToArray();
            return values.Length == 0 ? null : string.Join(", ", values);
        }
    }
}
