using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Holdfast.Edge.Tests.Harness;

namespace Holdfast.Edge.Tests.Wire;

/// <summary>
/// Many visitors at once that leave, dawdle and cut their bytes anywhere, before an origin that does the same. Every body that came whole
/// must be the one that was sent: a buffer given to two owners shows here.
/// </summary>
public class StressTests
{
    private const int Visitors = 64;
    private const int Rounds = 40;

    [Fact]
    public async Task Edge_UnderMixedFaults_MixesUpNothingAndLeaksNothing()
    {
        await using var origin = new ScriptedOrigin(AnswerAsync);
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url);

        var sent = await Task.WhenAll(Enumerable.Range(1, Visitors).Select(i => Task.Run(() => VisitAsync(edge, i))));

        // One record a request that was begun; one that was cut short before its first byte may have none.
        var whole = sent.Sum(s => s.Whole);
        Assert.True(whole > Visitors * Rounds / 4, $"only {whole} exchanges came to their end");
        var records = await edge.LogRecordsAsync(whole);
        Assert.InRange(records.Count, whole, sent.Sum(s => s.Begun));
        Assert.Equal(records.Count, records.Select(r => r.GetProperty("RayID").GetString()).Distinct().Count());
        Assert.DoesNotContain(records, r => r.GetProperty("EdgeResponseStatus").GetInt32() == 500);

        // What is watched when all have left: two deadlines for each connection that idles in a pool.
        await EdgeUnderTest.UntilAsync(() => edge.OpenConnections == 0);
        await EdgeUnderTest.UntilAsync(() => edge.WatchedDeadlines == 2 * edge.IdleOriginConnections);
    }

    private static async Task<(int Whole, int Begun)> VisitAsync(EdgeUnderTest edge, int seed)
    {
        var random = new Random(seed);
        var whole = 0;
        var begun = 0;
        Conversation? visitor = null;
        for (var round = 0; round < Rounds; round++)
        {
            visitor ??= await Conversation.ConnectAsync(edge.Http);
            begun++;
            var size = random.Next(4) switch
            {
                0 => 0,
                1 => random.Next(100),
                2 => random.Next(20_000),
                _ => random.Next(300_000),
            };
            var body = Pattern((seed * 1000) + round, size);
            var fault = random.Next(12);
            var mode = random.Next(3);
            var request = new StringBuilder();
            request.Append(
                CultureInfo.InvariantCulture,
                $"POST /{mode}/{(fault < 3 ? fault : 9)}/{random.Next(1 << 20)} HTTP/1.1\r\nHost: a.example\r\n"
            );
            request.Append(
                random.Next(2) == 0 ? $"Content-Length: {size}\r\n\r\n{body}" : $"Transfer-Encoding: chunked\r\n\r\n{Chunked(body, random)}"
            );
            try
            {
                var text = request.ToString();
                var cut = fault == 11 ? random.Next(text.Length) : text.Length;
                await SendInPiecesAsync(visitor, text[..cut], random);
                if (fault == 11)
                {
                    throw new IOException("this visitor leaves");
                }

                var head = await visitor.ReadHeadAsync() ?? throw new IOException("closed");
                if (fault == 10)
                {
                    throw new IOException("this one leaves within the answer");
                }

                if (head.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal))
                {
                    var got = await ReadBodyAsync(visitor, head);
                    Assert.Equal(body, got);
                    whole++;
                }
                else
                {
                    Assert.StartsWith("HTTP/1.1 520 ", head, StringComparison.Ordinal);
                    Assert.True(fault < 3, head);
                    await visitor.ReadAsync(RequestWireTests.LengthOf(head));
                    whole++;
                }

                if (head.Contains("Connection: close", StringComparison.Ordinal))
                {
                    throw new IOException("the edge wants no more");
                }
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                if (random.Next(2) == 0)
                {
                    visitor.Reset();
                }

                visitor.Dispose();
                visitor = null;
            }
        }

        visitor?.Dispose();
        return (whole, begun);
    }

    private static async Task AnswerAsync(Conversation origin)
    {
        while (await origin.ReadHeadAsync() is { } head)
        {
            var parts = head.Split(' ')[1].Split('/');
            var random = new Random(int.Parse(parts[3], CultureInfo.InvariantCulture));
            if (parts[2] == "0")
            {
                return;
            }

            var body = await ReadBodyAsync(origin, head);
            if (parts[2] == "1")
            {
                origin.Reset();
                return;
            }

            var answer = parts[1] switch
            {
                "0" => $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}",
                "1" => $"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{Chunked(body, random)}",
                _ => $"HTTP/1.1 200 OK\r\n\r\n{body}",
            };
            if (parts[2] == "2" && parts[1] != "2")
            {
                await SendInPiecesAsync(origin, answer[..random.Next(answer.Length)], random);
                return;
            }

            await SendInPiecesAsync(origin, answer, random);
            if (parts[1] == "2")
            {
                return;
            }
        }
    }

    // Letters that tell where they belong: no two bodies share a long run of them.
    private static string Pattern(int seed, int size)
    {
        var random = new Random(seed);
        return string.Create(
            size,
            random,
            static (span, r) =>
            {
                for (var i = 0; i < span.Length; i++)
                {
                    span[i] = (char)('!' + r.Next(90));
                }
            }
        );
    }

    private static string Chunked(string body, Random random)
    {
        var text = new StringBuilder();
        for (var at = 0; at < body.Length; )
        {
            var size = Math.Min(body.Length - at, 1 + random.Next(random.Next(2) == 0 ? 10 : 50_000));
            text.Append(CultureInfo.InvariantCulture, $"{size:x}\r\n").Append(body, at, size).Append("\r\n");
            at += size;
        }

        return text.Append("0\r\n\r\n").ToString();
    }

    private static async Task SendInPiecesAsync(Conversation to, string text, Random random)
    {
        for (var at = 0; at < text.Length; )
        {
            var size = Math.Min(text.Length - at, 1 + random.Next(random.Next(4) == 0 ? 50 : 100_000));
            await to.SendAsync(text.Substring(at, size));
            at += size;
            if (random.Next(3) == 0)
            {
                await Task.Yield();
            }
        }
    }

    private static async Task<string> ReadBodyAsync(Conversation from, string head)
    {
        if (!head.Contains("hunked", StringComparison.Ordinal))
        {
            return await from.ReadAsync(RequestWireTests.LengthOf(head));
        }

        var body = new StringBuilder();
        while (true)
        {
            var line = await from.ReadThroughAsync("\r\n");
            var size = int.Parse(line.TrimEnd(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            var chunk = await from.ReadAsync(size + 2);
            if (size == 0)
            {
                return body.ToString();
            }

            body.Append(chunk, 0, size);
        }
    }
}
