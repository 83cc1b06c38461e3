using System.Text.Json.Nodes;
using Holdfast.Drills.Fleets;

namespace Holdfast.Drills.Visitors;

/// <summary>
/// People who need the way out while visitors have trouble: one lists zones, signs in and reads the status page, over and over. What fails is
/// counted.
/// </summary>
internal sealed class OperatorsAtWork : IAsyncDisposable
{
    private const string Email = "operator@example.com";
    private const string Password = "nine brown hens walk home";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly Fleet fleet;
    private readonly HttpClient reader = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(10) };
    private readonly CancellationTokenSource leaving = new();
    private readonly SemaphoreSlim turn = new(1);
    private Task working = Task.CompletedTask;

    private OperatorsAtWork(Fleet fleet) => this.fleet = fleet;

    /// <summary>How often each of the three was asked for.</summary>
    public int Turns { get; private set; }

    /// <summary>What failed, a line each.</summary>
    public List<string> Troubles { get; } = [];

    /// <summary>Makes an operator and lets them begin.</summary>
    /// <exception cref="DrillFailure">There can be no such operator.</exception>
    public static async Task<OperatorsAtWork> StartAsync(Fleet fleet, CancellationToken cancellationToken)
    {
        await fleet.Api.DoAsync(
            HttpMethod.Post,
            "/holdfast/v1/operators",
            new JsonObject
            {
                ["email"] = Email,
                ["password"] = Password,
                ["role"] = "administrator",
            },
            cancellationToken
        );
        var operators = new OperatorsAtWork(fleet);
        operators.working = operators.WorkAsync();
        return operators;
    }

    /// <summary>Does something to control itself while nobody asks it.</summary>
    public async Task WhileTheyPauseAsync(Func<Task> act)
    {
        await turn.WaitAsync();
        try
        {
            await act();
        }
        finally
        {
            turn.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await leaving.CancelAsync();
        await working;
        reader.Dispose();
        turn.Dispose();
        leaving.Dispose();
    }

    private async Task WorkAsync()
    {
        try
        {
            while (true)
            {
                await turn.WaitAsync(leaving.Token);
                try
                {
                    await TakeTurnAsync();
                }
                finally
                {
                    turn.Release();
                }

                await Task.Delay(Pause, leaving.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The drill is over.
        }
    }

    private async Task TakeTurnAsync()
    {
        Turns++;
        await TryAsync(
            "the API",
            async () => (await fleet.Api.CallAsync(HttpMethod.Get, "/client/v4/zones", null, leaving.Token)).Succeeded
        );
        await TryAsync(
            "signing in",
            async () =>
                (
                    await fleet.Api.CallAsync(
                        HttpMethod.Post,
                        "/holdfast/v1/sessions",
                        new JsonObject { ["email"] = Email, ["password"] = Password },
                        leaving.Token
                    )
                ).Succeeded
        );
        if (fleet.StatusPage is { } page)
        {
            await TryAsync(
                "the status page",
                async () =>
                {
                    using var answer = await reader.GetAsync(new Uri(page.Address, "/api/v2/summary.json"), leaving.Token);
                    return answer.IsSuccessStatusCode;
                }
            );
        }
    }

    private async Task TryAsync(string what, Func<Task<bool>> ask)
    {
        try
        {
            if (!await ask())
            {
                Troubles.Add($"{what} was refused");
            }
        }
        catch (Exception fault) when (fault is HttpRequestException || (fault is TaskCanceledException && !leaving.IsCancellationRequested))
        {
            Troubles.Add($"{what}: {fault.Message}");
        }
    }
}
