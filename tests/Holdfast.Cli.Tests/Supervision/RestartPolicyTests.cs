using Holdfast.Cli.Supervision;
using Holdfast.Cli.Tests.TestSystem;

namespace Holdfast.Cli.Tests.Supervision;

public class RestartPolicyTests
{
    private readonly ManualTime time = new();

    private double EndAfter(RestartPolicy policy, double seconds)
    {
        policy.Started();
        time.Advance(TimeSpan.FromSeconds(seconds));
        return policy.Ended().TotalMilliseconds;
    }

    [Fact]
    public void Ended_OneAfterTheOther_DoublesToTenSeconds()
    {
        var policy = new RestartPolicy(time);
        double[] expected = [0, 100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000, 10_000];
        Assert.Equal(expected, expected.Select(_ => EndAfter(policy, 1)));
    }

    [Fact]
    public void Ended_AfterALongLife_BeginsAnew()
    {
        var policy = new RestartPolicy(time);
        Assert.Equal([0, 100, 200], new[] { 1, 1, 59.9 }.Select(life => EndAfter(policy, life)));
        Assert.Equal([0, 100], new[] { 60.0, 1 }.Select(life => EndAfter(policy, life)));
    }
}
