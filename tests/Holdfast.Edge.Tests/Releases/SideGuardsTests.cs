using Holdfast.Edge.Guard;
using Holdfast.Edge.Slices;
using Holdfast.Edge.Tests.Harness;

namespace Holdfast.Edge.Tests.Releases;

/// <summary>What breaks on the side of something on trial that many zones use.</summary>
public sealed class SideGuardsTests
{
    [Fact]
    public void Guards_ModuleThatFailsOnOneSide_IsBrokenThereAndRunsOnTheOther()
    {
        var edge = TestGuard.Edge();
        var live = edge.Of("zone");
        var sides = new SideGuards(edge, EdgeModule.Bots.Bit);
        var beside = sides.Beside(live);
        Assert.Same(beside, sides.Beside(live));
        for (var fault = 0; fault < 5; fault++)
        {
            Assert.Null(sides.Broken());
            beside.Faulted(EdgeModule.Bots, new InvalidOperationException("no"), null);
        }

        Assert.StartsWith("the module http_request_sbfm does not run any more with it in the zone 'zone'", sides.Broken());
        Assert.False(live.IsTried(EdgeModule.Bots));

        // What fails on the live side as well says nothing of what is on trial.
        for (var fault = 0; fault < 5; fault++)
        {
            live.Faulted(EdgeModule.Bots, new InvalidOperationException("no"), null);
        }

        Assert.Null(sides.Broken());
    }

    [Fact]
    public void Guards_OnceItIsLive_WhatWasBrokenBeforeSaysNothing()
    {
        var edge = TestGuard.Edge();
        Break(edge.Of("before"));
        var sides = new SideGuards(edge, EdgeModule.Bots.Bit);
        sides.Watch();
        Assert.Null(sides.Broken());
        Break(edge.Of("after"));
        Assert.Contains("in the zone 'after'", sides.Broken());
    }

    private static void Break(ZoneGuard guard)
    {
        for (var fault = 0; fault < 5; fault++)
        {
            guard.Faulted(EdgeModule.Bots, new InvalidOperationException("no"), null);
        }
    }
}
