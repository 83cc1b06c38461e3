using System.Net.Http.Headers;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Declarative;
using Holdfast.Cli.Terminal;
using Holdfast.Cli.Tests.ControlApi;

namespace Holdfast.Cli.Tests.Declarative;

public sealed class PlanExecutionTests
{
    [Fact]
    public async Task Records_ThatSomebodyChangedSinceThePlan_AreLeftAsTheyAre()
    {
        await using var fake = await FakeControl.StartAsync();
        using var control = new ControlClient(new Uri(fake.Url), FakeControl.Token);
        var plan = new ZonePlan(new DesiredZone("example.com", "zones.yaml line 1"), "0123456789abcdef0123456789abcdef")
        {
            RecordsTag = new EntityTagHeaderValue("\"7\""),
            Added = [new DesiredRecord("www.example.com", "A", "192.0.2.1", "zones.yaml line 2")],
        };

        fake.RecordsTag = "\"8\"";
        var failure = await Assert.ThrowsAsync<CliFailure>(() =>
            PlanExecution.RunAsync(control, plan, TestContext.Current.CancellationToken)
        );
        Assert.Contains("others by now", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, fake.Batches);

        fake.RecordsTag = "\"7\"";
        await PlanExecution.RunAsync(control, plan, TestContext.Current.CancellationToken);
        Assert.Equal(1, fake.Batches);
    }
}
