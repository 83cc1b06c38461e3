using Holdfast.Http.Pooling;

namespace Holdfast.Http.Tests;

public class NearPoolTests
{
    // As many as a thread keeps to itself.
    private const int Own = 16;

    private int _made;

    [Fact]
    public void Take_SomeWereGivenBack_IsTheLastOfThoseFirst()
    {
        var pool = new NearPool<object>(Make, 1);
        var first = pool.Take();
        var second = pool.Take();
        Assert.NotSame(first, second);

        pool.Give(first);
        pool.Give(second);

        Assert.Same(second, pool.Take());
        Assert.Same(first, pool.Take());
        Assert.Equal(2, _made);
    }

    [Fact]
    public void Take_AnotherThreadHasTooMany_IsOneOfThose()
    {
        var pool = new NearPool<object>(Make, 8);
        var given = Enumerable.Range(0, Own + 1).Select(_ => pool.Take()).ToArray();
        Array.ForEach(given, pool.Give);

        var (one, two) = OnAnotherThread(() => (pool.Take(), pool.Take()));

        Assert.Same(given[Own], one);
        Assert.DoesNotContain(two, given);
    }

    [Fact]
    public void Give_MoreThanAreKept_AreNotKept()
    {
        var pool = new NearPool<object>(Make, 2);
        var given = Enumerable.Range(0, Own + 5).Select(_ => pool.Take()).ToArray();
        Array.ForEach(given, pool.Give);
        _made = 0;

        OnAnotherThread(() => (pool.Take(), pool.Take()));
        Assert.Equal(0, _made);
        OnAnotherThread(() => (pool.Take(), pool.Take()));
        Assert.Equal(2, _made);
    }

    private object Make()
    {
        _made++;
        return new object();
    }

    private static (object One, object Two) OnAnotherThread(Func<(object One, object Two)> take)
    {
        (object, object) taken = default;
        var thread = new Thread(() => taken = take());
        thread.Start();
        thread.Join();
        return taken;
    }
}
