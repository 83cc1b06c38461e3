using System.Net;
using System.Text.Json.Nodes;

namespace Holdfast.Status.Tests.Watching;

/// <summary>The looking itself, each second.</summary>
public sealed class LookoutTests
{
    [Fact]
    public async Task FaultThatNobodyKnows_IsToldAndTheLookingGoesOn()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(2));
        var cancellation = limit.Token;
        var directory = Directory.CreateTempSubdirectory("holdfast-lookout-");
        var clock = new BreakableClock();
        using var lines = new LoggedLines();
        await using (
            var host = await StatusHost.StartAsync(
                new StatusOptions
                {
                    DataDirectory = directory.FullName,
                    Endpoint = new IPEndPoint(IPAddress.Loopback, 0),
                    FirstToken = StatusPageHarness.Token,
                    Time = clock,
                    LoggerFactory = lines,
                },
                cancellation
            )
        )
        {
            clock.IsBroken = true;
            await UntilAsync(
                () => lines.Lines.Any(line => line.StartsWith("a look failed with a fault of ours", StringComparison.Ordinal)),
                cancellation
            );
            clock.IsBroken = false;

            // It looks again: what is added now is looked at.
            using var client = new HttpClient { BaseAddress = host.Url };
            client.DefaultRequestHeaders.Authorization = new("OAuth", StatusPageHarness.Token);
            var page = JsonNode.Parse(await client.GetStringAsync("/api/v2/status.json", cancellation))!["page"]!["id"]!.GetValue<string>();
            using var body = new StringContent(
                $$$"""{"watch":{"name":"It","kind":"http","target":"{{{host.Url}}}healthz"}}""",
                System.Text.Encoding.UTF8,
                "application/json"
            );
            using var made = await client.PostAsync($"/v1/pages/{page}/watches", body, cancellation);
            Assert.Equal(HttpStatusCode.Created, made.StatusCode);
            while (
                JsonNode.Parse(await client.GetStringAsync($"/v1/pages/{page}/watches", cancellation))![0]!["state"]!.GetValue<string>()
                != "well"
            )
            {
                await Task.Delay(50, cancellation);
            }
        }

        directory.Delete(recursive: true);
    }

    private static async Task UntilAsync(Func<bool> condition, CancellationToken cancellation)
    {
        while (!condition())
        {
            await Task.Delay(20, cancellation);
        }
    }

    /// <summary>The system's clock, which throws while it is broken.</summary>
    private sealed class BreakableClock : TimeProvider
    {
        public volatile bool IsBroken;

        public override DateTimeOffset GetUtcNow() =>
            IsBroken ? throw new InvalidOperationException("the clock is broken") : base.GetUtcNow();
    }
}
