using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace Holdfast.Http.Pooling;

/// <summary>What a pooled builder needs to know of the state machine that it runs, without its type.</summary>
/// <typeparam name="TResult">What the method returns.</typeparam>
internal abstract class PooledStateMachine<TResult> : IValueTaskSource<TResult>, IValueTaskSource
{
    private ManualResetValueTaskSourceCore<TResult> _core;

    /// <summary>Which use of this object is under way; a value task that was awaited already has an older one.</summary>
    internal short Version => _core.Version;

    /// <summary>Runs the method on from where it waits.</summary>
    internal Action Resume { get; }

    /// <summary>Prepares what <see cref="Resume"/> calls.</summary>
    private protected PooledStateMachine() => Resume = RunOn;

    /// <inheritdoc/>
    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    /// <inheritdoc/>
    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    /// <inheritdoc/>
    public TResult GetResult(short token)
    {
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            GiveBack(token);
        }
    }

    /// <inheritdoc/>
    void IValueTaskSource.GetResult(short token) => GetResult(token);

    internal void SetResult(TResult result) => _core.SetResult(result);

    internal void SetException(Exception exception) => _core.SetException(exception);

    /// <summary>Makes the object ready for another call, and others able to take it.</summary>
    private protected abstract void MakeAvailable();

    private protected abstract void RunOn();

    // A value task that is awaited twice, or asked before its end, gets its exception from the core and gives nothing back.
    private void GiveBack(short token)
    {
        if (_core.Version == token && _core.GetStatus(token) != ValueTaskSourceStatus.Pending)
        {
            _core.Reset();
            MakeAvailable();
        }
    }
}

/// <summary>One call of an asynchronous method that had to wait: its state, its execution context, and the value task's source.</summary>
internal sealed class PooledStateMachine<TStateMachine, TResult> : PooledStateMachine<TResult>
    where TStateMachine : IAsyncStateMachine
{
    // More than any load needs that a two-digit number of processors can serve; what is over it is left to the collector.
    private const int MostShared = 1024;

    // As many as one thread has calls waiting, between two looks at its events, before it resumes the first of them.
    private const int MostOwn = 16;

    private static readonly ContextCallback MoveNext = static self =>
        ((PooledStateMachine<TStateMachine, TResult>)self!)._stateMachine.MoveNext();

    private static readonly SharedStack Shared = new();

    // The usual case needs no exchange with other threads: calls that end where they began.
    [ThreadStatic]
    private static OwnStack t_own;

    private TStateMachine _stateMachine = default!;
    private ExecutionContext? _context;
    private PooledStateMachine<TStateMachine, TResult>? _next;

    /// <summary>One that no call uses: kept by this thread, else by all, else new.</summary>
    public static PooledStateMachine<TStateMachine, TResult> Take()
    {
        ref var own = ref t_own;
        if (own.Top is { } top)
        {
            own.Top = top._next;
            own.Count--;
            top._next = null;
            return top;
        }

        return Shared.TryPop() ?? new PooledStateMachine<TStateMachine, TResult>();
    }

    /// <summary>Takes the method's state over from the caller's stack. The builder in it already knows this object.</summary>
    public void Begin(ref TStateMachine stateMachine) => _stateMachine = stateMachine;

    /// <summary>Remembers the context that the method runs on in.</summary>
    public void Capture() => _context = ExecutionContext.Capture();

    private protected override void RunOn()
    {
        if (_context is { } context)
        {
            ExecutionContext.Run(context, MoveNext, this);
        }
        else
        {
            _stateMachine.MoveNext();
        }
    }

    private protected override void MakeAvailable()
    {
        // Nothing of the call may be kept alive, or be seen by the next.
        _stateMachine = default!;
        _context = null;
        ref var own = ref t_own;
        if (own.Count < MostOwn)
        {
            _next = own.Top;
            own.Top = this;
            own.Count++;
        }
        else
        {
            Shared.Push(this);
        }
    }

    private struct OwnStack
    {
        public PooledStateMachine<TStateMachine, TResult>? Top;
        public int Count;
    }

    // A stack under a lock that is held for a few instructions: unlike the runtime's pool, which keeps one a thread and one a processor
    // and drops the rest, it never loses one because a call began on one thread and ended on another.
    private sealed class SharedStack
    {
        private readonly Lock _lock = new();
        private PooledStateMachine<TStateMachine, TResult>? _top;
        private int _count;

        public PooledStateMachine<TStateMachine, TResult>? TryPop()
        {
            lock (_lock)
            {
                var top = _top;
                if (top is not null)
                {
                    _top = top._next;
                    top._next = null;
                    _count--;
                }

                return top;
            }
        }

        public void Push(PooledStateMachine<TStateMachine, TResult> free)
        {
            lock (_lock)
            {
                if (_count < MostShared)
                {
                    free._next = _top;
                    _top = free;
                    _count++;
                }
            }
        }
    }
}
