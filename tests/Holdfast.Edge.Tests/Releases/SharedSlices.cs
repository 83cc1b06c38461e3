using System.Net;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Model.Releases;
using Holdfast.Releases.Rollout;

namespace Holdfast.Edge.Tests.Releases;

/// <summary>An edge on which what many zones use is on trial with half of the visitors.</summary>
internal sealed class SharedSlices(string zone) : IAsyncDisposable
{
    private readonly ScriptedOrigin _origin = ScriptedOrigin.Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");

    public EdgeUnderTest Edge { get; private set; } = null!;

    public string Origin => _origin.Url;

    public async Task StartAsync(TimeSpan step, bool faults = false) =>
        Edge = await EdgeUnderTest.StartAsync(options =>
            options with
            {
                FaultInjection = faults,
                Rollout = new RolloutOptions
                {
                    Zone = new RolloutPace { Bake = TimeSpan.FromHours(1) },
                    Shared = new RolloutPace { Steps = [new RolloutStep(50, step)], Bake = TimeSpan.FromHours(1) },
                    LookEvery = TimeSpan.FromMilliseconds(10),
                },
                TrustedUpstreams = [IPNetwork.Parse("127.0.0.0/8")],
            }
        );

    /// <summary>Waits until an artifact has a candidate.</summary>
    public Task OnTrialAsync(string name) =>
        EdgeUnderTest.UntilAsync(() => Edge.Standings.Any(standing => standing.Name == name && standing.Candidate is not null));

    /// <summary>Has visitors come until an artifact's candidate was taken back.</summary>
    public async Task RevertedAsync(string name)
    {
        var deadline = Environment.TickCount64 + 120_000;
        for (var visitor = 0; ; visitor = (visitor + 1) % 2_000)
        {
            if (Edge.Standings.Any(standing => standing.Name == name && standing.Stage == ReleaseStage.Reverted))
            {
                return;
            }

            Assert.True(Environment.TickCount64 < deadline, "It was not taken back within two minutes.");
            await AskAsync(visitor);
        }
    }

    /// <summary>The status that a visitor of another network each gets.</summary>
    public async Task<int> AskAsync(int visitor)
    {
        using var conversation = await Conversation.ConnectAsync(Edge.Http);
        await conversation.SendAsync(
            $"GET / HTTP/1.1\r\nHost: {zone}\r\nX-Forwarded-For: 10.{visitor / 250}.{visitor % 250}.7\r\nConnection: close\r\n\r\n"
        );
        var answer = await conversation.ReadToEndAsync();
        return int.Parse(answer.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>How many of 200 visitors get this status; each of them asks twice and gets the same.</summary>
    public async Task<int> CountAsync(int status)
    {
        var count = 0;
        for (var visitor = 0; visitor < 200; visitor++)
        {
            var got = await AskAsync(visitor);
            Assert.Equal(got, await AskAsync(visitor));
            count += got == status ? 1 : 0;
        }

        return count;
    }

    public async ValueTask DisposeAsync()
    {
        await Edge.DisposeAsync();
        await _origin.DisposeAsync();
    }
}
