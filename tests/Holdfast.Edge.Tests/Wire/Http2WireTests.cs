using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Holdfast.Edge.Tests.Listening;

namespace Holdfast.Edge.Tests.Wire;

/// <summary>What a visitor may send over HTTP/2, frame by frame through the whole edge.</summary>
public sealed partial class Http2WireTests(WireEdge wire) : IClassFixture<WireEdge>
{
    private const byte Data = 0;
    private const byte Headers = 1;
    private const byte ResetStream = 3;
    private const int ProtocolError = 1;

    public static TheoryData<string> Names => [.. Http2WireCases.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Request_OfTheTable_IsRefusedOrForwardedInThisForm(string name)
    {
        var index = Http2WireCases.All.Index().Single(c => c.Item.Name == name).Index;
        var test = Http2WireCases.All[index];
        var host = $"h2-{index}.example";
        var (client, port) = await Http2Visit.ConnectAsync(wire.Edge);
        await using var closing = client;

        Send(client, 1, test, host);
        await client.SendAsync();
        var (status, reset, ended) = await OutcomeAsync(client, 1);

        // A connection that goes on still serves, and nothing of the case is left over in it.
        if (test.Outcome != Http2Outcome.Ended)
        {
            Assert.Equal(-1, ended);
            Send(client, 3, new Http2WireCase("", Http2WireCase.Get(), Http2Outcome.Forwarded, ""), $"next.{host}");
            await client.SendAsync();
            Assert.Equal((200, -1, -1), await OutcomeAsync(client, 3));
        }

        var seen = wire.SeenWith($"x-case: {host}\r\n");
        if (test.Forwarded is { } forwarded)
        {
            Assert.Equal((200, -1), (status, reset));
            Assert.Equal(forwarded.Replace("HOST", host, StringComparison.Ordinal), AddedFields().Replace(seen!, ""));
        }
        else if (test.Outcome == Http2Outcome.CutOff)
        {
            Assert.Equal(ProtocolError, reset);
            Assert.DoesNotContain("/smuggled", seen ?? "", StringComparison.Ordinal);
            Assert.False(seen is not null && WireEdge.IsWhole(seen), seen);
        }
        else
        {
            Assert.Null(seen);
        }

        // A request that has begun when its connection is ended has a record of its own.
        var count = test.Outcome == Http2Outcome.Ended && test.Trailers is null ? 1 : 2;
        var records = await Http2Visit.RecordsAsync(wire.Edge, port, count);
        Assert.Equal(count, records.Count);
        var record = records.Single(
            test.Trailers is not null && test.Outcome == Http2Outcome.Ended
                ? r => Http2Visit.Text(r, "RefusedDetail") != ""
                : r => Http2Visit.Text(r, "ClientRequestHost") != $"next.{host}"
        );
        switch (test.Outcome)
        {
            case Http2Outcome.Answered:
                Assert.Equal((test.Status, -1), (status, reset));
                Assert.Equal(
                    (test.Status, test.Reason),
                    (record.GetProperty("EdgeResponseStatus").GetInt32(), Http2Visit.Text(record, "RefusedReason"))
                );
                break;
            case Http2Outcome.Reset:
                Assert.Equal((0, ProtocolError), (status, reset));
                AssertRefusedByKestrel(record, "Http2StreamReset", test.Reason);
                break;
            case Http2Outcome.Ended:
                Assert.Equal((0, test.Error), (status, ended));
                AssertRefusedByKestrel(record, "Http2ConnectionEnded", test.Reason);
                break;
            case Http2Outcome.CutOff:
                Assert.Equal(499, record.GetProperty("EdgeResponseStatus").GetInt32());
                break;
        }
    }

    [Fact]
    public async Task Body_BesideALengthOfZero_ReachesNobody()
    {
        var (client, _) = await Http2Visit.ConnectAsync(wire.Edge);
        await using var closing = client;
        Send(
            client,
            1,
            new Http2WireCase("", Http2WireCase.Post(("content-length", "0")), Http2Outcome.CutOff, "")
            {
                Data = "GET /smuggled HTTP/1.1\r\n",
            },
            "zero.example"
        );
        Send(client, 3, new Http2WireCase("", Http2WireCase.Get(), Http2Outcome.Forwarded, ""), "next.zero.example");
        await client.SendAsync();

        Assert.Equal((200, -1, -1), await OutcomeAsync(client, 3));
        Assert.DoesNotContain("/smuggled", wire.SeenWith("x-case: zero.example\r\n") ?? "", StringComparison.Ordinal);
        Assert.Null(wire.SeenWith("/smuggled"));
    }

    [Fact]
    public void Table_Names_AreEachGivenOnce() =>
        Assert.Equal(Http2WireCases.All.Count, Http2WireCases.All.DistinctBy(c => c.Name).Count());

    private static void AssertRefusedByKestrel(JsonElement record, string reason, string detail)
    {
        Assert.Equal(reason, Http2Visit.Text(record, "RefusedReason"));
        Assert.Contains(detail, Http2Visit.Text(record, "RefusedDetail"), StringComparison.OrdinalIgnoreCase);
        Assert.NotEqual("", Http2Visit.Text(record, "RefusedDetail"));
        Assert.Equal(("HTTP/2", "127.0.0.1"), (Http2Visit.Text(record, "ClientRequestProtocol"), Http2Visit.Text(record, "ClientIP")));
        Assert.Equal(("TLSv1.3", 0), (Http2Visit.Text(record, "ClientSSLProtocol"), record.GetProperty("EdgeResponseStatus").GetInt32()));
        Assert.NotEqual("", Http2Visit.Text(record, "JA4"));
    }

    // Each request has a field that tells the origin whose it is, whatever became of its host.
    private static void Send(Http2Client client, int stream, Http2WireCase test, string host)
    {
        var hasBody = test.Data is not null;
        Add(client, stream, [.. test.Fields, ("x-case", host)], host, endsStream: !hasBody);
        if (hasBody)
        {
            var isLast = test.Trailers is null;
            client.Add(Data, isLast ? Http2Client.EndStream : (byte)0, stream, Encoding.Latin1.GetBytes(test.Data!));
            if (!isLast)
            {
                Add(client, stream, test.Trailers!, host, endsStream: true);
            }
        }
    }

    private static void Add(Http2Client client, int stream, (string Name, string Value)[] fields, string host, bool endsStream)
    {
        const byte Continuation = 9;
        const int LargestFrame = 16_384;
        var section = fields
            .SelectMany(f =>
                Http2Client.Header(
                    f.Name.Replace("HOST", host, StringComparison.Ordinal),
                    f.Value.Replace("HOST", host, StringComparison.Ordinal)
                )
            )
            .ToArray();
        var pieces = section.Chunk(LargestFrame).ToArray();
        foreach (var (i, piece) in pieces.Index())
        {
            var flags = (i == 0 && endsStream ? Http2Client.EndStream : 0) | (i == pieces.Length - 1 ? Http2Client.EndHeaders : 0);
            client.Add(i == 0 ? Headers : Continuation, (byte)flags, stream, piece);
        }
    }

    // The status that came on a stream, the error that it was reset with, the error that the connection was ended with; 0, -1, -1 for none.
    private static async Task<(int Status, int Reset, int Ended)> OutcomeAsync(Http2Client client, int stream)
    {
        const byte GoAway = 7;
        var status = 0;
        while (await client.ReadAsync() is { } frame)
        {
            if (frame.Type == GoAway)
            {
                return (status, -1, BinaryPrimitives.ReadInt32BigEndian(frame.Payload.AsSpan(4)));
            }

            if (frame.Stream != stream)
            {
                continue;
            }

            if (frame.Type == ResetStream)
            {
                return (status, BinaryPrimitives.ReadInt32BigEndian(frame.Payload), -1);
            }

            if (frame.Type == Headers)
            {
                status = StatusOf(frame.Payload);
            }

            if (frame.Type is Headers or Data && (frame.Flags & Http2Client.EndStream) != 0)
            {
                return (status, -1, -1);
            }
        }

        throw new IOException($"The connection was closed without an end of stream {stream}.");
    }

    // HPACK (RFC 7541): the status comes first, from the static table or as a literal of three digits behind its name's index.
    private static int StatusOf(ReadOnlySpan<byte> section)
    {
        while ((section[0] & 0xE0) == 0x20)
        {
            section = section[1..]; // the table's size
        }

        return section[0] switch
        {
            0x88 => 200,
            0x8C => 400,
            _ => int.Parse(Encoding.ASCII.GetString(section[2..5]), System.Globalization.CultureInfo.InvariantCulture),
        };
    }

    [GeneratedRegex(
        "^(x-case|CF-Ray|X-Ray-Id|CF-Connecting-IP|X-Forwarded-For|X-Forwarded-Proto|CF-Visitor|CF-IPCountry|CDN-Loop|Via): .*\r\n",
        RegexOptions.Multiline
    )]
    private static partial Regex AddedFields();
}
