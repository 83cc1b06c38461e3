using Holdfast.Releases.Rollout;

namespace Holdfast.Releases.Tests.Rollout;

public sealed class ChanceTestTests
{
    [Fact]
    public void Evidence_WithoutEvents_IsOne() => Assert.Equal(1, new ChanceTest().Evidence, 9);

    [Theory]
    [InlineData(0.01, 3)]
    [InlineData(0.1, 5)]
    [InlineData(0.5, 15)]
    public void Evidence_AllFailuresOnTheCandidatesSide_IsEnoughAfterFew(double share, int needed)
    {
        var test = new ChanceTest();
        var events = 0;
        while (test.Evidence < ChanceTest.Enough)
        {
            test.Add(share, 1, 0);
            events++;
        }

        Assert.Equal(needed, events);
    }

    [Fact]
    public void Evidence_FailuresAsTheShareHasIt_GoesDown()
    {
        var test = new ChanceTest();
        test.Add(0.1, 100, 900);
        Assert.True(test.Evidence < 0.01, $"{test.Evidence}");
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.1)]
    [InlineData(0.5)]
    public void Verdict_WithoutADifferenceAndLookedAtAfterEveryEvent_IsRarerThanItsRate(double share)
    {
        // 2,000 releases that make no difference, each on a site whose origin fails all the time.
        const int releases = 2_000;
        var random = new Random(20251118);
        var wrong = 0;
        for (var release = 0; release < releases; release++)
        {
            var test = new ChanceTest();
            for (var failure = 0; failure < 200; failure++)
            {
                var isCandidates = random.NextDouble() < share;
                test.Add(share, isCandidates ? 1 : 0, isCandidates ? 0 : 1);
                if (test.Evidence >= ChanceTest.Enough)
                {
                    wrong++;
                    break;
                }
            }
        }

        // At most 1 is expected; 6 or more would come by chance less than once in a thousand.
        Assert.InRange(wrong, 0, 5);
    }

    [Fact]
    public void Verdict_OneVisitorInTenFailsOnTheCandidate_ComesSoon()
    {
        // 10% of the visitors meet the candidate, on which one in ten fails; on the live side one in a thousand does.
        var random = new Random(5);
        var seen = new List<int>();
        for (var run = 0; run < 200; run++)
        {
            var test = new ChanceTest();
            var visitors = 0;
            while (test.Evidence < ChanceTest.Enough && visitors < 20_000)
            {
                visitors++;
                var isCandidates = random.NextDouble() < 0.1;
                if (random.NextDouble() < (isCandidates ? 0.1 : 0.001))
                {
                    test.Add(0.1, isCandidates ? 1 : 0, isCandidates ? 0 : 1);
                }
            }

            seen.Add(visitors);
        }

        seen.Sort();
        Assert.InRange(seen[seen.Count / 2], 200, 1_000);
        Assert.InRange(seen[(int)(seen.Count * 0.95)], 200, 3_000);
    }
}
