using System.Runtime.CompilerServices;
using Holdfast.Http.Pooling;

namespace Holdfast.Http.Tests;

/// <summary>Alone in its collection: the figures are of the whole process.</summary>
[CollectionDefinition(nameof(PooledValueTaskTests), DisableParallelization = true)]
[Collection(nameof(PooledValueTaskTests))]
public class PooledValueTaskTests
{
    private static readonly AsyncLocal<string?> Local = new();

    [Fact]
    public async Task Result_OfAMethodThatWaits_Comes()
    {
        var gate = new TaskCompletionSource<int>();

        var doubled = DoubledAsync(gate.Task);
        Assert.False(doubled.IsCompleted);
        gate.SetResult(21);

        Assert.Equal(42, await doubled);
    }

    [Fact]
    public async Task Result_OfAMethodThatDoesNotWait_IsThereAtOnce()
    {
        var doubled = DoubledAsync(Task.FromResult(4));

        Assert.True(doubled.IsCompletedSuccessfully);
        Assert.Equal(8, await doubled);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Exception_BeforeAndAfterAWait_IsTheMethodsOwn(bool waits)
    {
        var gate = new TaskCompletionSource<int>();
        if (!waits)
        {
            gate.SetException(new FormatException("bad"));
        }

        var doubled = DoubledAsync(gate.Task);
        var nothing = NothingAsync(gate.Task);
        if (waits)
        {
            gate.SetException(new FormatException("bad"));
        }

        Assert.Equal("bad", (await Assert.ThrowsAsync<FormatException>(async () => await doubled)).Message);
        Assert.Equal("bad", (await Assert.ThrowsAsync<FormatException>(async () => await nothing)).Message);
    }

    [Fact]
    public async Task ValueTask_AwaitedTwice_ThrowsAndDisturbsNobody()
    {
        var gate = new TaskCompletionSource<int>();
        var first = DoubledAsync(gate.Task);
        gate.SetResult(1);
        Assert.Equal(2, await first);

        var other = new TaskCompletionSource<int>();
        var second = DoubledAsync(other.Task);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await first);
        other.SetResult(2);

        Assert.Equal(4, await second);
    }

    [Fact]
    public async Task ExecutionContext_OfACaller_IsSeenAfterTheWaitAndKeptFromTheCaller()
    {
        var gate = new TaskCompletionSource<int>();
        Local.Value = "caller";

        var seen = ChangeLocalAsync(gate.Task);
        Assert.Equal("caller", Local.Value);
        await Task.Run(() => gate.SetResult(0), TestContext.Current.CancellationToken);

        Assert.Equal("method", await seen);
        Assert.Equal("caller", Local.Value);
    }

    [Fact]
    public void Calls_ThatBeginOnOneThreadAndEndOnAnother_AllocateNothing()
    {
        // One of the runtime's pooled objects is lost on every such call: the thread that ends calls has one already.
        const int Calls = 10_000;
        using var begin = new SemaphoreSlim(0);
        using var end = new SemaphoreSlim(0);
        var source = new HandOver();
        ValueTask<int> call = default;
        var sum = 0;
        var ender = new Thread(() =>
        {
            for (var i = 0; i < 2 * Calls; i++)
            {
                begin.Wait();
                source.Complete(1);
                sum += call.GetAwaiter().GetResult();
                end.Release();
            }
        });
        ender.Start();

        Begin(Calls);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        Begin(Calls);
        var perCall = (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Calls;
        ender.Join();

        Assert.Equal(4 * Calls, sum);
        Assert.True(perCall < 1, $"{perCall:F2} bytes are allocated for each call");

        void Begin(int times)
        {
            for (var i = 0; i < times; i++)
            {
                call = DoubledAsync(source);
                begin.Release();
                end.Wait();
            }
        }
    }

    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder<>))]
    private static async ValueTask<int> DoubledAsync(Task<int> number) => 2 * await number.ConfigureAwait(false);

    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder<>))]
    private static async ValueTask<int> DoubledAsync(HandOver number) => 2 * await number.Task.ConfigureAwait(false);

    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder))]
    private static async ValueTask NothingAsync(Task number) => await number.ConfigureAwait(false);

    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder<>))]
    private static async ValueTask<string?> ChangeLocalAsync(Task gate)
    {
        Local.Value = "method";
        await gate.ConfigureAwait(false);
        return Local.Value;
    }

    /// <summary>A value task source that is used again and allocates nothing.</summary>
    private sealed class HandOver : System.Threading.Tasks.Sources.IValueTaskSource<int>
    {
        private System.Threading.Tasks.Sources.ManualResetValueTaskSourceCore<int> _core;

        public ValueTask<int> Task => new(this, _core.Version);

        public void Complete(int result) => _core.SetResult(result);

        public int GetResult(short token)
        {
            var result = _core.GetResult(token);
            _core.Reset();
            return result;
        }

        public System.Threading.Tasks.Sources.ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

        public void OnCompleted(
            Action<object?> continuation,
            object? state,
            short token,
            System.Threading.Tasks.Sources.ValueTaskSourceOnCompletedFlags flags
        ) => _core.OnCompleted(continuation, state, token, flags);
    }
}
