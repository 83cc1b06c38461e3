using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Holdfast.Drills.Grading;

namespace Holdfast.Drills.Replays;

/// <summary>Everybody signs in at once and tries again at once, as after an outage.</summary>
internal sealed class ThunderingSignIn : Drill
{
    private const string Email = "drill@example.com";
    private const string Password = "seven grey geese walk home";

    /// <summary>How many people sign in at the same time: many times what the hashes of two cores allow.</summary>
    private const int People = 200;

    private const double Seconds = 8;

    /// <summary>How long an answer may take: 3 s in the queue, and the machine is busy.</summary>
    private const double LongestAnswer = 10;

    /// <inheritdoc/>
    public override string Name => "thundering-sign-in";

    /// <inheritdoc/>
    public override string Summary => "200 people sign in at once and retry at once; the API stays usable, and sites never notice";

    /// <inheritdoc/>
    public override string Precedent =>
        "Cloudflare, 18 November 2025: the dashboard failed a second time from the backlog of people who tried to sign in";

    /// <inheritdoc/>
    public override bool IsGentle => false;

    private protected override VisitorsLaw Visitors => new(16);

    internal override async Task BringAsync(DrillRun run, CancellationToken cancellationToken)
    {
        var api = run.Fleet.Api;
        await api.DoAsync(
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
        var began = Stopwatch.GetTimestamp();
        var tally = new Tally();
        run.Say($"{People} people sign in, again and again");
        var people = Enumerable.Range(0, People).Select(_ => InsistAsync(run, began, tally, cancellationToken)).ToList();
        var slowestList = 0.0;
        while (Stopwatch.GetElapsedTime(began).TotalSeconds < Seconds)
        {
            var asked = Stopwatch.GetTimestamp();
            await api.DoAsync(HttpMethod.Get, "/client/v4/zones", null, cancellationToken);
            slowestList = Math.Max(slowestList, Stopwatch.GetElapsedTime(asked).TotalSeconds);
            await Task.Delay(50, cancellationToken);
        }

        await Task.WhenAll(people);
        run.Say($"{tally.SignedIn} signed in, {tally.Deferred} were told to come again");
        run.Grade(
            16,
            tally.SignedIn > 0 && tally.Deferred > 0,
            $"{tally.SignedIn} sign-ins succeed, {tally.Deferred} are put off with 429 or 503"
        );
        run.Grade(16, tally.Other == 0, $"{tally.Other} answers without Retry-After or of another kind, 0 allowed{tally.FirstOther}");
        run.Grade(
            16,
            tally.Slowest <= LongestAnswer,
            FormattableString.Invariant($"slowest answer to a sign-in {tally.Slowest:0.0} s, {LongestAnswer:0} allowed")
        );
        run.Grade(
            12,
            slowestList <= 2,
            FormattableString.Invariant($"listing zones meanwhile takes at most {slowestList:0.00} s, 2 allowed")
        );
    }

    internal override async Task AfterwardsAsync(DrillRun run, CancellationToken cancellationToken)
    {
        run.Say("every edge is killed");
        await Task.WhenAll(run.Fleet.Edges.Select(edge => edge.KillAsync()));
        await DrillRun.UntilAsync(
            async () => (await SignInAsync(run, cancellationToken)).Status == HttpStatusCode.OK,
            "signing in with every edge dead",
            30,
            cancellationToken
        );
        run.Grade(12, true, "signing in works with every edge dead");
    }

    /// <summary>One of those who try again at once, whatever they are told.</summary>
    private static async Task InsistAsync(DrillRun run, long began, Tally tally, CancellationToken cancellationToken)
    {
        while (Stopwatch.GetElapsedTime(began).TotalSeconds < Seconds)
        {
            var asked = Stopwatch.GetTimestamp();
            var answer = await SignInAsync(run, cancellationToken);
            tally.Add(answer, Stopwatch.GetElapsedTime(asked).TotalSeconds);
        }
    }

    private static async Task<Fleets.ApiAnswer> SignInAsync(DrillRun run, CancellationToken cancellationToken)
    {
        try
        {
            return await run.Fleet.Api.CallAsync(
                HttpMethod.Post,
                "/holdfast/v1/sessions",
                new JsonObject { ["email"] = Email, ["password"] = Password },
                cancellationToken
            );
        }
        catch (HttpRequestException fault)
        {
            return new Fleets.ApiAnswer(0, fault.Message, null, false);
        }
    }

    /// <summary>What came of the sign-ins.</summary>
    private sealed class Tally
    {
        private readonly Lock gate = new();

        public int SignedIn { get; private set; }

        public int Deferred { get; private set; }

        public int Other { get; private set; }

        public string FirstOther { get; private set; } = "";

        public double Slowest { get; private set; }

        public void Add(Fleets.ApiAnswer answer, double seconds)
        {
            lock (gate)
            {
                Slowest = Math.Max(Slowest, seconds);
                switch (answer)
                {
                    case { Succeeded: true }:
                        SignedIn++;
                        break;
                    case { Status: HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable, HasRetryAfter: true }:
                        Deferred++;
                        break;
                    default:
                        Other++;
                        FirstOther = FirstOther.Length > 0 ? FirstOther : $"; the first was {(int)answer.Status} {answer.Text}";
                        break;
                }
            }
        }
    }
}
