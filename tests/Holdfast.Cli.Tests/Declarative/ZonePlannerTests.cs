using Holdfast.Cli.Declarative;

namespace Holdfast.Cli.Tests.Declarative;

public sealed class ZonePlannerTests
{
    private static readonly ZonePlan Plan = new(new DesiredZone("example.com", "zones.yaml line 1"), "0123456789abcdef0123456789abcdef");

    [Fact]
    public void Compare_TheSameRecords_ChangesNothing()
    {
        var plan = ZonePlanner.Compare(Plan, [Wanted("www", "192.0.2.1")], [Existing("1", "www", "192.0.2.1")]);
        Assert.True(plan.IsEmpty);
        Assert.Empty(plan.Lines());
    }

    [Fact]
    public void Compare_AnotherContent_ChangesTheRecordAndKeepsItsId()
    {
        var plan = ZonePlanner.Compare(Plan, [Wanted("www", "192.0.2.2")], [Existing("1", "www", "192.0.2.1")]);
        Assert.Equal(("1", "192.0.2.2"), (Assert.Single(plan.Changed).Before.Id, plan.Changed[0].After.Content));
        Assert.Equal(["~ www.example.com A 192.0.2.1 -> 192.0.2.2"], plan.Lines());
    }

    [Fact]
    public void Compare_OneOfTwoStays_TheOtherIsTheOneThatChanges()
    {
        var plan = ZonePlanner.Compare(
            Plan,
            [Wanted("www", "192.0.2.3"), Wanted("www", "192.0.2.1")],
            [Existing("1", "www", "192.0.2.1"), Existing("2", "www", "192.0.2.2")]
        );
        Assert.Equal("2", Assert.Single(plan.Changed).Before.Id);
        Assert.Empty(plan.Added);
        Assert.Empty(plan.Removed);
    }

    [Fact]
    public void Compare_MoreAndLess_AddsAndRemoves()
    {
        var plan = ZonePlanner.Compare(
            Plan,
            [Wanted("new", "192.0.2.1") with { Proxied = true, Ttl = 300 }],
            [Existing("1", "old", "192.0.2.1")]
        );
        Assert.Equal(["- old.example.com A 192.0.2.1", "+ new.example.com A 192.0.2.1 ttl 300 proxied"], plan.Lines());
    }

    [Fact]
    public void Compare_OtherFields_ChangesThem()
    {
        var plan = ZonePlanner.Compare(
            Plan,
            [Wanted("www", "192.0.2.1") with { Comment = "new", Tags = ["a:1"] }],
            [Existing("1", "www", "192.0.2.1") with { Comment = "old" }]
        );
        Assert.Single(plan.Changed);
    }

    private static DesiredRecord Wanted(string name, string content) => new($"{name}.example.com", "A", content, "zones.yaml line 2");

    private static ExistingRecord Existing(string id, string name, string content) => new(id, $"{name}.example.com", "A", content);
}
