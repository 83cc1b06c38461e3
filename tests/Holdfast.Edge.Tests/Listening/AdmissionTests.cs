using System.Net;
using CsCheck;
using Holdfast.Edge.Listening;
using Holdfast.Edge.Listening.Admission;
using Microsoft.AspNetCore.Connections;

namespace Holdfast.Edge.Tests.Listening;

public class AdmissionTests
{
    private static readonly ListenerConfig Plain = new() { Address = new IPEndPoint(IPAddress.Loopback, 0) };

    [Fact]
    public async Task LimitOverAll_OneMore_IsClosedAtOnceCountedAndReported()
    {
        await using var host = await ListenerHost.StartAsync(
            new ListenerSetup
            {
                Config = Plain,
                Limits = new EdgeLimits { Connections = new() { MaxConnections = 2 } },
            }
        );
        await using var first = await host.ConnectAsync();
        await using var second = await host.ConnectAsync();
        await ListenerHost.UntilAsync(() => host.Served.Count == 2);

        Assert.Equal("", await host.ConnectAndReadAsync());
        Assert.Equal(1, host.Ledger.Refusals(RefusalReason.TooManyConnections));
        Assert.Equal(RefusalReason.TooManyConnections, Assert.Single(host.Sink.Refusals).Reason);

        Assert.StartsWith("client=", await ListenerHost.AskAsync(first));
        await ListenerHost.UntilAsync(() => host.Listener.Admission.Open == 1);
        await using var fourth = await host.ConnectAsync();
        Assert.StartsWith("client=", await ListenerHost.AskAsync(fourth));
    }

    [Fact]
    public async Task LimitPerAddress_OneMore_IsClosedAtOnceAndCounted()
    {
        await using var host = await ListenerHost.StartAsync(
            new ListenerSetup
            {
                Config = Plain,
                Limits = new EdgeLimits { Connections = new() { MaxConnectionsPerAddress = 1 } },
            }
        );
        await using var first = await host.ConnectAsync();
        await ListenerHost.UntilAsync(() => host.Served.Count == 1);

        Assert.Equal("", await host.ConnectAndReadAsync());
        Assert.Equal(1, host.Ledger.Refusals(RefusalReason.TooManyFromAddress));
        Assert.StartsWith("client=", await ListenerHost.AskAsync(first));
        await ListenerHost.UntilAsync(() => host.Listener.Admission.Open == 0);
        await using var third = await host.ConnectAsync();
        Assert.StartsWith("client=", await ListenerHost.AskAsync(third));
    }

    [Fact]
    public async Task FailingCodec_ItsConnection_IsNoLongerCounted()
    {
        await using var host = await ListenerHost.StartAsync(
            new ListenerSetup { Config = Plain, Http1 = _ => throw new InvalidOperationException("the codec's fault") }
        );
        await using var client = await host.ConnectAsync();

        await ListenerHost.ReadToEndAsync(client);

        await ListenerHost.UntilAsync(() => host.Listener.Admission.Open == 0);
    }

    [Fact]
    public void AddressCounters_LimitReached_OnlyThatAddressIsRefused()
    {
        var counters = new AddressCounters(1, 2);
        var address = IPAddress.Parse("192.0.2.1");
        Assert.True(counters.TryEnter(address, 2, out var ticket));
        Assert.True(counters.TryEnter(address, 2, out _));

        Assert.False(counters.TryEnter(address, 2, out _));
        Assert.True(counters.TryEnter(IPAddress.Parse("192.0.2.2"), 2, out _));
        counters.Leave(ticket);
        Assert.True(counters.TryEnter(address, 2, out _));
    }

    [Fact]
    public void AddressCounters_IPv6_CountsA64AsOne()
    {
        var counters = new AddressCounters(1, 2);

        Assert.True(counters.TryEnter(IPAddress.Parse("2001:db8:0:1::1"), 1, out _));
        Assert.False(counters.TryEnter(IPAddress.Parse("2001:db8:0:1:ffff::2"), 1, out _));
        Assert.True(counters.TryEnter(IPAddress.Parse("2001:db8:0:2::1"), 1, out _));
    }

    [Fact]
    public void AddressCounters_AnyOrderOfComingAndGoing_CountsExactly() =>
        Gen.Select(Gen.Int[0, 5], Gen.Bool)
            .Array[0, 200]
            .Sample(steps =>
            {
                var counters = new AddressCounters(11, 22);
                var open = Enumerable.Range(0, 6).Select(_ => new Stack<AddressTicket>()).ToArray();
                foreach (var (who, comes) in steps)
                {
                    if (comes)
                    {
                        var entered = counters.TryEnter(new IPAddress([192, 0, 2, (byte)who]), 3, out var ticket);
                        if (entered != open[who].Count < 3)
                        {
                            return false;
                        }

                        if (entered)
                        {
                            open[who].Push(ticket);
                        }
                    }
                    else if (open[who].TryPop(out var ticket))
                    {
                        counters.Leave(ticket);
                    }
                }

                return true;
            });

    [Fact]
    public async Task AddressCounters_ManyThreads_EndWhereTheyBegan()
    {
        var counters = new AddressCounters(1, 2);
        await Parallel.ForAsync(
            0,
            8,
            TestContext.Current.CancellationToken,
            (worker, _) =>
            {
                for (var i = 0; i < 20_000; i++)
                {
                    if (counters.TryEnter(new IPAddress([10, 0, (byte)worker, (byte)i]), 5, out var ticket))
                    {
                        counters.Leave(ticket);
                    }
                }

                return ValueTask.CompletedTask;
            }
        );

        for (var worker = 0; worker < 8; worker++)
        {
            Assert.True(counters.TryEnter(new IPAddress([10, 0, (byte)worker, 7]), 1, out var ticket));
            counters.Leave(ticket);
        }
    }

    [Fact]
    public void Ledger_MoreThanItMayReport_CountsAllAndTellsHowManyWentBy()
    {
        var (clock, sink) = (new ManualClock(), new RecordingSink());
        var ledger = new ConnectionLedger(new ConnectionLimits { ReportedPerSecond = 3 }, sink, clock);
        var facts = new ConnectionFacts(new DefaultConnectionContext("id"), clock.GetUtcNow(), 0);
        for (var i = 0; i < 10; i++)
        {
            ledger.Failed(facts, FailureReason.Rejected);
            ledger.Refused(facts, RefusalReason.TooManyConnections);
        }

        clock.Advance(TimeSpan.FromSeconds(1));
        ledger.Failed(facts, FailureReason.TimedOut);

        Assert.Equal(10, ledger.Failures(FailureReason.Rejected));
        Assert.Equal(10, ledger.Refusals(RefusalReason.TooManyConnections));
        Assert.Equal(3, sink.Refusals.Count);
        Assert.Equal([0, 0, 0, 7], sink.Failures.Select(f => f.Unreported));
    }
}
