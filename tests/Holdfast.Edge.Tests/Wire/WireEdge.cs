using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Holdfast.Edge.Tests.Harness;

namespace Holdfast.Edge.Tests.Wire;

/// <summary>
/// One edge for a whole table of conversations. Each case has a host of its own, by which the recording origin keeps apart what it saw,
/// and by which the sloppy one knows what to say.
/// </summary>
public sealed class WireEdge : IAsyncLifetime
{
    private readonly ConcurrentDictionary<int, StringBuilder> _seen = new();
    private readonly ConcurrentDictionary<string, (string Bytes, bool Reset)> _scripts = new();
    private ScriptedOrigin _recording = null!;
    private ScriptedOrigin _sloppy = null!;
    private EdgeUnderTest _edge = null!;
    private int _connections;

    internal IPEndPoint Http => _edge.Http;

    internal EdgeUnderTest Edge => _edge;

    /// <summary>What the origin was sent on the connection that carried this mark; null when it never saw the mark.</summary>
    public string? SeenWith(string mark) =>
        _seen
            .Values.Select(b =>
            {
                lock (b)
                {
                    return b.ToString();
                }
            })
            .FirstOrDefault(t => t.Contains(mark, StringComparison.Ordinal));

    /// <summary>What the sloppy origin says to a request whose path this is, before it closes.</summary>
    public void Script(string path, string bytes, bool reset) => _scripts[path] = (bytes, reset);

    public async ValueTask InitializeAsync()
    {
        _recording = new ScriptedOrigin(RecordAsync);
        _sloppy = new ScriptedOrigin(SayAsync);
        _edge = await EdgeUnderTest.StartAsync();
        await _edge.PutZoneAsync("*", _recording.Url);
        await _edge.PutZoneAsync("sloppy.example", _sloppy.Url);
    }

    public async ValueTask DisposeAsync()
    {
        await _edge.DisposeAsync();
        await _recording.DisposeAsync();
        await _sloppy.DisposeAsync();
    }

    // Answers each time an empty line has come, whether it ends a head or not: a smuggled request would be answered too, and show. It
    // keeps no connection, so that two cases never share one.
    private async Task RecordAsync(Conversation conversation)
    {
        var text = new StringBuilder();
        _seen[Interlocked.Increment(ref _connections)] = text;
        var buffer = new byte[64 * 1024];
        var answered = 0;
        while (true)
        {
            var read = await conversation.Socket.ReceiveAsync(buffer);
            if (read == 0)
            {
                return;
            }

            string all;
            lock (text)
            {
                text.Append(Encoding.Latin1.GetString(buffer, 0, read));
                all = text.ToString();
            }

            if (answered == 0 && IsWhole(all))
            {
                answered++;
                await conversation.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
            }
        }
    }

    internal static bool IsWhole(string text)
    {
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
        {
            return false;
        }

        var head = text[..end].ToLowerInvariant();
        var body = text[(end + 4)..];
        if (head.Contains("transfer-encoding: chunked", StringComparison.Ordinal))
        {
            return body.Contains("0\r\n", StringComparison.Ordinal) && body.EndsWith("\r\n\r\n", StringComparison.Ordinal);
        }

        var length = head.IndexOf("\ncontent-length: ", StringComparison.Ordinal);
        return length < 0
            || body.Length >= int.Parse(head[(length + 17)..].Split('\r')[0], System.Globalization.CultureInfo.InvariantCulture);
    }

    private async Task SayAsync(Conversation conversation)
    {
        var head = await conversation.ReadHeadAsync();
        if (head is null)
        {
            return;
        }

        var path = head.Split(' ')[1];
        var (bytes, reset) = _scripts[path];
        await conversation.SendAsync(bytes);
        if (reset)
        {
            conversation.Reset();
        }
        else
        {
            conversation.EndSending();
            await conversation.ReadToEndAsync();
        }
    }
}
