using System.Collections.Immutable;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Slices;
using Holdfast.Edge.Zones;

namespace Holdfast.Edge.Rules.Executing;

/// <summary>
/// The account's rulesets that are on trial, as requests meet them. Immutable but for what is counted; any thread. All of them draw the same
/// visitors, so that a zone is compiled once for those who meet the same of them.
/// </summary>
internal sealed class AccountSlices
{
    private static readonly ulong Salt = VisitorSide.SaltOf("account-rulesets", 0);

    private readonly ImmutableArray<AccountTrial> _trials;
    private readonly ImmutableArray<(int Share, AccountSide Side)> _sides;

    /// <summary>Of these trials.</summary>
    /// <param name="trials">What is on trial.</param>
    /// <param name="with">The account's rulesets with some on trial in their places.</param>
    /// <param name="before">What was on trial before: a side that is the same goes on, with the zones that it has.</param>
    public AccountSlices(IEnumerable<AccountTrial> trials, Func<ImmutableArray<AccountTrial>, AccountRules> with, AccountSlices? before)
    {
        _trials = [.. trials];
        _sides =
        [
            .. _trials
                .Where(trial => trial.Candidate is not null)
                .Select(trial => trial.Share)
                .Distinct()
                .Order()
                .Select(share =>
                {
                    ImmutableArray<AccountTrial> met = [.. _trials.Where(trial => trial.Candidate is not null && trial.Share >= share)];
                    var known = before?._sides.FirstOrDefault(side => side.Side.IsOf(met)).Side;
                    return (share, known ?? new AccountSide(with(met), met));
                }),
        ];
    }

    /// <summary>The zone that a request runs on.</summary>
    public ZoneRuntime SideOf(EdgeRequest request, ZoneRuntime live) =>
        _sides.IsEmpty ? live : DrawnBy(VisitorSide.Of(request.ClientAddress, Salt))?.Of(live) ?? live;

    /// <summary>Counts a request of a zone that has ended. One that was to meet a zone which was not made yet counts on no side.</summary>
    public void Ended(EdgeRequest request, ZoneRuntime zone, TimeSpan elapsed)
    {
        var visitor = VisitorSide.Of(request.ClientAddress, Salt);
        if (_sides.IsEmpty ? zone.Rules is not { UsesAccount: true } : !_sides[0].Side.Concerns(zone))
        {
            return;
        }

        foreach (var trial in _trials)
        {
            var side =
                trial.Candidate is not { } candidate ? trial.OnTrial
                : !VisitorSide.IsAmong(visitor, trial.Share) ? trial.Before
                : zone.Side?.Has(candidate) == true ? trial.OnTrial
                : null;
            side?.Add(request, visitor, elapsed);
        }
    }

    private AccountSide? DrawnBy(ulong visitor)
    {
        foreach (var (share, side) in _sides)
        {
            if (VisitorSide.IsAmong(visitor, share))
            {
                return side;
            }
        }

        return null;
    }
}
