namespace Holdfast.Releases.Rollout;

/// <summary>
/// A sequential test that may be looked at after every event: whether some events fall on one side more often than chance has it. Each event
/// falls on the side with a known probability when there is no difference; the evidence is the mean of the likelihood ratios of several
/// stronger odds (a mixture sequential probability ratio test; Robbins 1970; Johari, Pekelis and Walsh 2015). Without a difference the
/// evidence is a supermartingale that begins at 1, so that it reaches <see cref="Enough"/> ever, however often one looks, with a probability of
/// at most 1 in <see cref="Enough"/> (Ville 1939). One thread at a time.
/// </summary>
public sealed class ChanceTest
{
    /// <summary>Evidence of a verdict: at most one good release in 10,000 is taken for a bad one by one test.</summary>
    public const double Enough = 10_000;

    /// <summary>Evidence from which a doubtful release is looked at for longer.</summary>
    public const double Doubt = 20;

    // How many times the odds of the side may be; equal weights. From half as many again to practically all.
    private static readonly double[] Odds = [1.5, 2, 3, 5, 10, 30, 100, 1000];

    private readonly double[] _logs = new double[Odds.Length];

    /// <summary>How many times likelier the events are with a difference than without; 1 at the beginning.</summary>
    public double Evidence => _logs.Average(static log => Math.Exp(Math.Min(log, 500)));

    /// <summary>Adds events.</summary>
    /// <param name="probability">That of the side for each of them, without a difference; above 0 and below 1.</param>
    /// <param name="onSide">How many fell on the side.</param>
    /// <param name="elsewhere">How many did not.</param>
    public void Add(double probability, long onSide, long elsewhere)
    {
        if (onSide == 0 && elsewhere == 0)
        {
            return;
        }

        for (var i = 0; i < Odds.Length; i++)
        {
            var stronger = Odds[i] * probability / ((Odds[i] * probability) + 1 - probability);
            _logs[i] += (onSide * Math.Log(stronger / probability)) + (elsewhere * Math.Log((1 - stronger) / (1 - probability)));
        }
    }
}
