using CsCheck;
using Holdfast.Edge.Listening.Admission;
using Holdfast.Edge.Listening.Http2;

namespace Holdfast.Edge.Tests.Listening;

public class Http2LimitsTests
{
    private const byte Data = 0;
    private const byte Headers = 1;
    private const byte Priority = 2;
    private const byte Reset = 3;
    private const byte Settings = 4;
    private const byte Ping = 6;
    private const byte GoAway = 7;
    private const byte Continuation = 9;

    [Fact]
    public async Task Request_Ordinary_IsAnswered()
    {
        await using var host = await ListenerHost.StartAsync();
        await using var client = await Http2Client.ConnectAsync(host);
        client.Add(Headers, Http2Client.EndHeaders | Http2Client.EndStream, 1, Http2Client.Get);
        await client.SendAsync();

        Assert.Contains("alpn=h2", System.Text.Encoding.ASCII.GetString((await UntilAsync(client, Data)).Payload));
    }

    [Theory]
    [InlineData(Reset, 4, "RST_STREAM frames")]
    [InlineData(Settings, 0, "SETTINGS frames")]
    [InlineData(Ping, 8, "PING frames")]
    [InlineData(Priority, 5, "frames without a use")]
    [InlineData(200, 3, "frames without a use")]
    public async Task Flood_OfControlFrames_ClosesTheConnectionAndIsCounted(byte type, int length, string detail)
    {
        await using var host = await ListenerHost.StartAsync();
        await using var client = await Http2Client.ConnectAsync(host);
        for (var i = 0; i < 1200; i++)
        {
            var stream = 1 + (2 * i);
            if (type == Reset)
            {
                client.Add(Headers, Http2Client.EndHeaders | Http2Client.EndStream, stream, Http2Client.Get);
            }

            client.Add(type, 0, type is Reset or Priority ? stream : 0, new byte[length]);
        }

        await client.SendAsync();
        await client.UntilClosedAsync();

        Assert.Equal(1, host.Ledger.Failures(FailureReason.Http2Flood));
        Assert.Equal(detail, Assert.Single(host.Sink.Failures).Detail);
    }

    [Fact]
    public async Task Flood_OfEmptyContinuations_ClosesTheConnection()
    {
        await using var host = await ListenerHost.StartAsync();
        await using var client = await Http2Client.ConnectAsync(host);
        client.Add(Headers, 0, 1, Http2Client.Get);
        for (var i = 0; i < 17; i++)
        {
            client.Add(Continuation, 0, 1, []);
        }

        await client.SendAsync();
        await client.UntilClosedAsync();

        Assert.Equal("CONTINUATION frames", Assert.Single(host.Sink.Failures).Detail);
    }

    [Fact]
    public async Task Flood_OfLargeContinuations_KestrelClosesTheConnection()
    {
        await using var host = await ListenerHost.StartAsync(
            new ListenerSetup { Limits = new EdgeLimits { Http2 = new() { MaxContinuations = int.MaxValue } } }
        );
        await using var client = await Http2Client.ConnectAsync(host);
        client.Add(Headers, 0, 1, Http2Client.Get);

        // Beyond the limit Kestrel answers 431 when the block ends; it ends the connection of one that goes on to twice as much.
        for (var i = 0; i < 80; i++)
        {
            client.Add(Continuation, 0, 1, Http2Client.Header("x-filler-" + i, new string('x', 4000)));
        }

        await client.SendAsync();

        Assert.InRange(await client.UntilClosedAsync(), 1, 13);
        Assert.Empty(host.Served);
    }

    [Fact]
    public async Task RapidReset_RequestsThatDoNotEnd_KestrelClosesTheConnection()
    {
        var gate = new TaskCompletionSource();
        await using var host = await ListenerHost.StartAsync(
            new ListenerSetup
            {
                Gate = gate.Task,
                Limits = new EdgeLimits { Http2 = new() { MaxResetsPerSecond = int.MaxValue } },
            }
        );
        await using var client = await Http2Client.ConnectAsync(host);
        for (var i = 0; i < 2000; i++)
        {
            client.Add(Headers, Http2Client.EndHeaders | Http2Client.EndStream, 1 + (2 * i), Http2Client.Get);
            client.Add(Reset, 0, 1 + (2 * i), new byte[4]);
        }

        await client.SendAsync();
        var error = await client.UntilClosedAsync();
        gate.SetResult();

        Assert.Contains(error, new[] { 11, -1 }); // ENHANCE_YOUR_CALM, unless the reset that follows overtakes it

        // At most twice the streams that may be open; those whose reset came before their turn did not run at all.
        Assert.InRange(host.Served.Count, 0, 200);
    }

    [Fact]
    public async Task Streams_OneTooMany_IsRefused()
    {
        var gate = new TaskCompletionSource();
        await using var host = await ListenerHost.StartAsync(
            new ListenerSetup
            {
                Gate = gate.Task,
                Limits = new EdgeLimits { Http2 = new() { MaxStreams = 2 } },
            }
        );
        await using var client = await Http2Client.ConnectAsync(host);
        for (var stream = 1; stream <= 5; stream += 2)
        {
            client.Add(Headers, Http2Client.EndHeaders | Http2Client.EndStream, stream, Http2Client.Get);
        }

        await client.SendAsync();
        var reset = await UntilAsync(client, Reset);
        gate.SetResult();

        Assert.Equal(5, reset.Stream);
        Assert.Equal(7, reset.Payload[3]); // REFUSED_STREAM
    }

    [Fact]
    public async Task HeaderField_LargerThanAllowed_ClosesTheConnection()
    {
        await using var host = await ListenerHost.StartAsync(
            new ListenerSetup { Limits = new EdgeLimits { Messages = new() { FieldsBytes = 1000 } } }
        );
        await using var client = await Http2Client.ConnectAsync(host);
        client.Add(
            Headers,
            Http2Client.EndHeaders | Http2Client.EndStream,
            1,
            [.. Http2Client.Get, .. Http2Client.Header("x", new string('x', 1001))]
        );
        await client.SendAsync();

        Assert.Equal(9, await client.UntilClosedAsync()); // COMPRESSION_ERROR
        Assert.Empty(host.Served);
    }

    [Fact]
    public async Task Frame_LargerThanAllowed_ClosesTheConnection()
    {
        await using var host = await ListenerHost.StartAsync();
        await using var client = await Http2Client.ConnectAsync(host);
        client.Add(Data, 0, 1, new byte[16_385]);
        await client.SendAsync();

        Assert.Equal(6, await client.UntilClosedAsync()); // FRAME_SIZE_ERROR
    }

    [Fact]
    public async Task HeaderBlock_NeverEnding_IsClosedAfterItsTime()
    {
        await using var host = await ListenerHost.StartAsync(
            new ListenerSetup { Limits = new EdgeLimits { HeaderTimeout = TimeSpan.FromMilliseconds(100) } }
        );
        await using var client = await Http2Client.ConnectAsync(host);
        client.Add(Headers, 0, 1, Http2Client.Get);
        await client.SendAsync();

        Assert.NotEqual(0, await client.UntilClosedAsync());
        Assert.Empty(host.Served);
    }

    [Fact]
    public async Task Idle_ForTooLong_IsClosedWithoutAnError()
    {
        await using var host = await ListenerHost.StartAsync(
            new ListenerSetup { Limits = new EdgeLimits { IdleTimeout = TimeSpan.FromMilliseconds(100) } }
        );
        await using var client = await Http2Client.ConnectAsync(host);
        await client.SendAsync();

        Assert.Equal(0, await client.UntilClosedAsync());
    }

    [Fact]
    public async Task SilentClient_PingUnanswered_IsClosed()
    {
        var gate = new TaskCompletionSource();
        await using var host = await ListenerHost.StartAsync(
            new ListenerSetup
            {
                Gate = gate.Task,
                Limits = new EdgeLimits
                {
                    Http2 = new() { PingDelay = TimeSpan.FromSeconds(1), PingTimeout = TimeSpan.FromSeconds(1) },
                },
            }
        );
        await using var client = await Http2Client.ConnectAsync(host);
        client.Add(Headers, Http2Client.EndHeaders | Http2Client.EndStream, 1, Http2Client.Get);
        await client.SendAsync();

        await UntilAsync(client, Ping);
        await client.UntilClosedAsync();
        gate.SetResult();
    }

    [Fact]
    public async Task RequestBody_SlowerThanAllowed_IsEnded()
    {
        await using var host = await ListenerHost.StartAsync(
            new ListenerSetup
            {
                ReadsBody = true,
                Limits = new EdgeLimits { BodyRateGrace = TimeSpan.FromSeconds(1.1) },
            }
        );
        await using var client = await Http2Client.ConnectAsync(host);
        client.Add(Headers, Http2Client.EndHeaders, 1, [0x83, .. Http2Client.Get[1..]]);
        client.Add(Data, 0, 1, new byte[10]);
        await client.SendAsync();

        Assert.NotEqual(0, await client.UntilClosedAsync());
    }

    [Fact]
    public void Meter_AnotherSecond_StartsAnew()
    {
        var clock = new ManualClock();
        var meter = new Http2FrameMeter(new VisitorHttp2Limits { MaxPingsPerSecond = 2 }, clock);
        byte[] ping = [0, 0, 8, Ping, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];
        Assert.Null(meter.Count(new byte[24]));
        for (var second = 0; second < 5; second++)
        {
            Assert.Null(meter.Count(ping));
            Assert.Null(meter.Count(ping));
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Null(meter.Count([.. ping, .. ping]));
        Assert.Equal("PING frames", meter.Count(ping));
    }

    [Theory]
    [InlineData(Data, 0, 5)]
    [InlineData(Data, 1, 0)]
    [InlineData(Settings, 1, 0)]
    [InlineData(Ping, 1, 8)]
    [InlineData(8, 0, 4)]
    public void Meter_OrdinaryFrames_AreNotLimited(byte type, byte flags, byte length)
    {
        var meter = new Http2FrameMeter(new VisitorHttp2Limits(), new ManualClock());
        meter.Count(new byte[24]);
        byte[] frame = [0, 0, length, type, flags, 0, 0, 0, 1, .. new byte[length]];

        Assert.All(Enumerable.Range(0, 10_000), _ => Assert.Null(meter.Count(frame)));
    }

    [Fact]
    public void Meter_SameBytesInAnyPieces_SaysTheSame() =>
        Gen.Select(Gen.Byte[0, 10].Array[0, 200], Gen.Int[1, 30])
            .Sample(
                (bytes, piece) =>
                {
                    var limits = new VisitorHttp2Limits
                    {
                        MaxSettingsPerSecond = 1,
                        MaxIdleFramesPerSecond = 1,
                        MaxContinuations = 1,
                    };
                    var whole = new Http2FrameMeter(limits, new ManualClock()).Count(bytes);
                    var meter = new Http2FrameMeter(limits, new ManualClock());
                    string? inPieces = null;
                    foreach (var part in bytes.Chunk(piece))
                    {
                        inPieces ??= meter.Count(part);
                    }

                    return whole == inPieces;
                }
            );

    private static async Task<(byte Type, byte Flags, int Stream, byte[] Payload)> UntilAsync(Http2Client client, byte type)
    {
        while (await client.ReadAsync() is { } frame)
        {
            Assert.NotEqual(GoAway, frame.Type);
            if (frame.Type == type)
            {
                return frame;
            }
        }

        throw new InvalidOperationException("The connection was closed first.");
    }
}
