using Holdfast.Edge.Rules.Events;

namespace Holdfast.Edge.Tests.Rules.Events;

/// <summary>How a flood is sampled.</summary>
public class EventBudgetTests
{
    [Theory]
    [InlineData(50, 50)]
    [InlineData(500, 95)]
    [InlineData(5_000, 140)]
    [InlineData(100_000, 235)]
    public void Take_WithinASecond_WritesFewThatStandForAll(int acts, int written)
    {
        var budget = new EventBudget();

        var events = Enumerable.Range(0, acts).Select(_ => budget.Take(7)).Where(one => one > 0).ToList();

        Assert.Equal(written, events.Count);
        Assert.Equal(acts, events.Sum());
    }

    [Fact]
    public void Take_InTheNextSecond_BeginsAnew_AndAnEarlierOneDoesNot()
    {
        var budget = new EventBudget();
        for (var i = 0; i < 1_000; i++)
        {
            budget.Take(7);
        }

        Assert.Equal(0, budget.Take(6));
        Assert.Equal(1, budget.Take(8));
        for (var i = 0; i < 50; i++)
        {
            budget.Take(8);
        }

        Assert.Equal(0, budget.Take(7));
    }
}
