using Holdfast.Control.Records;
using Holdfast.Control.Records.Content;
using Holdfast.Model.Zones;

namespace Holdfast.Control.Tests.Records;

public sealed class RecentRecordsTests
{
    private readonly RecentRecords _recent = new();

    [Fact]
    public void Take_WhatWasPutBack_IsThereOnce()
    {
        Assert.Null(_recent.Take("zone", out var ticket));
        _recent.Put("zone", ticket, Zone(3));
        Assert.Equal(3, _recent.Count);
        Assert.Equal(3, _recent.Take("zone", out _)!.Records.Length);
        Assert.Null(_recent.Take("zone", out _));
        Assert.Equal(0, _recent.Count);
    }

    [Fact]
    public void Put_AfterSomebodyElseTookIt_IsNotKept()
    {
        _recent.Take("zone", out var first);
        _recent.Take("zone", out var second);
        _recent.Put("zone", first, Zone(1));
        Assert.Equal(0, _recent.Count);
        _recent.Put("zone", second, Zone(2));
        _recent.Put("zone", first, Zone(1));
        Assert.Equal(2, _recent.Take("zone", out _)!.Records.Length);
    }

    [Fact]
    public void Forget_AChangeThatWasNotMade_KeepsNothing()
    {
        _recent.Take("zone", out var ticket);
        _recent.Forget("zone", ticket);
        _recent.Put("zone", ticket, Zone(1));
        Assert.Null(_recent.Take("zone", out _));
    }

    [Fact]
    public void Put_MoreThanThereIsRoomFor_TheOldestGo()
    {
        for (var i = 0; i < 6; i++)
        {
            _recent.Take($"zone-{i}", out var ticket);
            _recent.Put($"zone-{i}", ticket, Zone(10_000));
        }

        Assert.Equal(RecentRecords.Capacity, _recent.Count);
        Assert.Null(_recent.Take("zone-0", out _));
        Assert.NotNull(_recent.Take("zone-5", out _));
    }

    private static RecentZone Zone(int records)
    {
        var record = new DnsRecord
        {
            Id = "id",
            Values = new RecordValues
            {
                Name = "www.example.com",
                Type = RecordTypes.A,
                Content = "192.0.2.1",
            },
            Generation = 1,
            CreatedAt = DateTime.UnixEpoch,
            ModifiedAt = DateTime.UnixEpoch,
        };
        return new RecentZone([.. Enumerable.Repeat(record, records)], new ZoneConfig { Id = "zone", Name = "example.com" }, Generation: 1);
    }
}
