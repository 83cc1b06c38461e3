using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Holdfast.Edge.Tests.Harness;

namespace Holdfast.Edge.Tests.Soak;

/// <summary>One visitor with a host of its own, the origin of that host, and the model that judges what the visitor gets.</summary>
internal sealed class SoakLane(int seed, string host, bool respects, bool alone, bool tellsAll, SteppedTime time) : IDisposable
{
    // Of the machine's clock; whoever waits longer waits for ever.
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(20);

    private readonly SoakTraffic _traffic = new(new Random(seed), host, alone);
    private readonly List<SoakExchange> _exchanges = [];
    private readonly List<(string Key, string Text)> _history = [];
    private Conversation? _visitor;
    private Func<bool>? _untilBehind;

    public string Host => host;

    public ModelCache Model { get; } = new(respects);

    /// <summary>Makes a request, or several at the same time, and judges what comes back.</summary>
    /// <param name="edge">Where.</param>
    /// <param name="isWorkingBehind">Whether the edge does something that no visitor waits for.</param>
    public async Task StepAsync(IPEndPoint edge, Func<bool> isWorkingBehind)
    {
        var begun = time.Now;
        if (_traffic.NextBurst() is { } together)
        {
            await BurstAsync(edge, together);
            return;
        }

        var request = _traffic.NextRequest(begun);
        var behind = Model.WillRevalidateBehind(request, begun);
        lock (_exchanges)
        {
            _exchanges.Clear();
            _untilBehind = behind ? isWorkingBehind : null;
        }

        SoakReply? reply = null;
        try
        {
            reply = await AskAsync(edge, request).WaitAsync(LongestAnswer);
            if (reply["CF-Cache-Status"] == "UPDATING")
            {
                // Foreseen or only allowed: the origin is asked after the visitor has its answer, and so perhaps after this was read.
                await EdgeUnderTest.UntilAsync(() =>
                {
                    lock (_exchanges)
                    {
                        return _exchanges.Count > 0;
                    }
                });
            }

            await EdgeUnderTest.UntilAsync(() => !isWorkingBehind() || !alone);
            lock (_exchanges)
            {
                var now = time.Now;
                Model.Visit(request, [.. _exchanges], reply, begun, reply["CF-Cache-Status"] == "UPDATING" ? begun : now);
                _history.Add(
                    (
                        request.Method is "GET" or "HEAD" ? request.Key : "",
                        $"@{begun} {request}\n{string.Concat(_exchanges.Select(e => $"    {e}\n"))}    => {reply}"
                    )
                );
            }
        }
        catch (Exception e)
            when (e
                    is SoakException
                        or IOException
                        or SocketException
                        or OperationCanceledException
                        or TimeoutException
                        or Xunit.Sdk.XunitException
            )
        {
            lock (_exchanges)
            {
                throw new SoakException(
                    $"{e.Message}\n{string.Join('\n', _history.Where(h => tellsAll || h.Key == request.Key || h.Key.Length == 0).TakeLast(tellsAll ? 200 : 8).Select(h => h.Text))}\n@{begun} {request}\n{string.Concat(_exchanges.Select(x => $"    {x}\n"))}    => {reply}\nstored before:\n{Model.Describe(request.Key)}"
                );
            }
        }
    }

    private async Task BurstAsync(IPEndPoint edge, List<SoakRequest> requests)
    {
        lock (_exchanges)
        {
            _exchanges.Clear();
            _untilBehind = null;
        }

        var before = Model.Describe(requests[0].Key);
        List<(SoakRequest, SoakReply)> visits = [];
        try
        {
            var replies = await Task.WhenAll(
                requests.Select(async request =>
                {
                    using var visitor = await Conversation.ConnectAsync(edge);
                    return await AskAsync(visitor, request).WaitAsync(LongestAnswer);
                })
            );
            visits = [.. requests.Zip(replies)];
            lock (_exchanges)
            {
                Model.VisitTogether(visits, [.. _exchanges], time.Now);
                _history.Add((requests[0].Key, Told()));
            }
        }
        catch (Exception e) when (e is SoakException or IOException or SocketException or OperationCanceledException or TimeoutException)
        {
            lock (_exchanges)
            {
                throw new SoakException($"{e.Message}\n{Told()}\nstored before:\n{before}");
            }
        }

        string Told() =>
            $"@{time.Now} together:\n{string.Concat(_exchanges.Select(x => $"    {x}\n"))}{string.Join('\n', visits.Select(v => $"{v.Item1}\n    => {v.Item2}"))}";
    }

    /// <summary>Answers a request of the edge's.</summary>
    public async Task AnswerAsync(string head, Conversation edge)
    {
        var words = head[..head.IndexOf('\r', StringComparison.Ordinal)].Split(' ');
        var request = new SoakRequest(words[0], host, words[1], SoakText.FieldsOf(head));
        var exchange = new SoakExchange(request, time.Now);
        Func<bool>? untilBehind;
        lock (_exchanges)
        {
            untilBehind = _untilBehind;
        }

        if (untilBehind is not null)
        {
            // The visitor must have its answer before this is answered, and the edge must have put the work in its books.
            await EdgeUnderTest.UntilAsync(untilBehind);
        }

        SoakPlan plan;
        lock (_exchanges)
        {
            plan = _traffic.Answer(exchange, time.Now);
            time.Advance(plan.Delay);
            exchange.Received = time.Now;
            _exchanges.Add(exchange);
        }

        if (exchange.IsClosed)
        {
            edge.Dispose();
            return;
        }

        await edge.SendAsync(Text(exchange, plan));
        if (plan.Framing == SoakFraming.Close || exchange.CutAfter >= 0)
        {
            edge.Dispose();
        }
    }

    public void Purged(string what) => _history.Add(("", $"@{time.Now} purge {what}"));

    public string AnyTarget() => _traffic.AnyTarget();

    public void Dispose() => _visitor?.Dispose();

    private static string Text(SoakExchange exchange, SoakPlan plan)
    {
        var text = new StringBuilder();
        text.Append(
            plan.HasInterim ? "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\nX-Answer: interim\r\nCache-Control: max-age=9\r\n\r\n" : ""
        );
        text.Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {exchange.Status} Reason\r\n");
        foreach (var (name, value) in exchange.Fields)
        {
            text.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        text.Append(plan.Framing == SoakFraming.Chunked ? "Transfer-Encoding: chunked\r\n" : "");
        text.Append("\r\n");
        var body = exchange.CutAfter < 0 ? exchange.Body : exchange.Body[..exchange.CutAfter];
        switch (plan.Framing)
        {
            case SoakFraming.Length or SoakFraming.Close:
                text.Append(body);
                break;
            case SoakFraming.Chunked:
                foreach (var piece in body.Chunk(Math.Max(1, (body.Length / 3) + 1)))
                {
                    text.Append(CultureInfo.InvariantCulture, $"{piece.Length:x}\r\n{new string(piece)}\r\n");
                }

                text.Append(exchange.CutAfter < 0 ? "0\r\n\r\n" : "");
                break;
        }

        return text.ToString();
    }

    private async Task<SoakReply> AskAsync(IPEndPoint edge, SoakRequest request)
    {
        _visitor ??= await Conversation.ConnectAsync(edge);
        var reply = await AskAsync(_visitor, request);
        if (reply.IsCut || reply["Connection"] == "close")
        {
            _visitor.Dispose();
            _visitor = null;
        }

        return reply;
    }

    private async Task<SoakReply> AskAsync(Conversation visitor, SoakRequest request)
    {
        await visitor.SendAsync(
            $"{request.Method} {request.Target} HTTP/1.1\r\nHost: {host}\r\n{string.Concat(request.Fields.Select(f => $"{f.Name}: {f.Value}\r\n"))}\r\n"
        );
        string head;
        do
        {
            head = await visitor.ReadHeadAsync() ?? throw new IOException("the edge closed without an answer");
        } while (head.StartsWith("HTTP/1.1 1", StringComparison.Ordinal));

        var reply = new SoakReply(int.Parse(head.AsSpan(9, 3), CultureInfo.InvariantCulture), SoakText.FieldsOf(head), "", false);
        if (request.Method != "HEAD" && reply.Status is not (204 or 304))
        {
            reply = await WithBodyAsync(reply, visitor);
        }

        return reply;
    }

    private static async Task<SoakReply> WithBodyAsync(SoakReply reply, Conversation visitor)
    {
        var body = new StringBuilder();
        try
        {
            if (reply["Content-Length"] is { } length)
            {
                body.Append(await visitor.ReadAsync(int.Parse(length, CultureInfo.InvariantCulture)));
                return reply with { Body = body.ToString() };
            }

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
        catch (Exception e) when (e is IOException or SocketException)
        {
            // What came of a chunk that was cut off is left out.
            body.Append(reply["Content-Length"] is null ? "" : await visitor.ReadToEndAsync());
            return reply with { Body = body.ToString(), IsCut = true };
        }
    }
}
