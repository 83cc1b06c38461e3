using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Holdfast.Http.Pooling;

/// <summary>
/// Builds the value tasks of asynchronous methods on the path of every request; name it in an <see cref="AsyncMethodBuilderAttribute"/>.
/// Like the runtime's <see cref="PoolingAsyncValueTaskMethodBuilder{TResult}"/> it uses the objects of calls that have ended again;
/// unlike that one it finds them whichever thread a call began and ended on, so that a request allocates nothing also when it goes from
/// thread to thread.
/// </summary>
/// <remarks>As with the runtime's: a value task must be awaited once, and not at all after that.</remarks>
/// <typeparam name="TResult">What the method returns.</typeparam>
[StructLayout(LayoutKind.Auto)]
public struct PooledValueTaskBuilder<TResult>
{
    private PooledStateMachine<TResult>? _machine;
    private TResult _result;
    private bool _hasResult;
    private Exception? _failure;

    /// <summary>What the compiler calls first.</summary>
    public static PooledValueTaskBuilder<TResult> Create() => default;

    /// <summary>The method's value task.</summary>
    public readonly ValueTask<TResult> Task =>
        _hasResult ? new ValueTask<TResult>(_result)
        : _machine is { } machine ? new ValueTask<TResult>(machine, machine.Version)
        : ValueTask.FromException<TResult>(_failure!);

    /// <summary>The same without the result.</summary>
    internal readonly ValueTask WithoutResult =>
        _hasResult ? default
        : _machine is { } machine ? new ValueTask(machine, machine.Version)
        : ValueTask.FromException(_failure!);

    /// <summary>Runs the method up to where it first waits. What it changes in the execution context stays its own.</summary>
    public readonly void Start<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine => AsyncTaskMethodBuilder.Create().Start(ref stateMachine);

    /// <summary>Not used: compilers have long kept the state machine where the builder is.</summary>
    public readonly void SetStateMachine(IAsyncStateMachine stateMachine) { }

    /// <summary>The method has ended.</summary>
    public void SetResult(TResult result)
    {
        if (_machine is { } machine)
        {
            machine.SetResult(result);
        }
        else
        {
            _result = result;
            _hasResult = true;
        }
    }

    /// <summary>The method has failed.</summary>
    public void SetException(Exception exception)
    {
        if (_machine is { } machine)
        {
            machine.SetException(exception);
        }
        else
        {
            _failure = exception;
        }
    }

    /// <summary>The method waits.</summary>
    public void AwaitOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : INotifyCompletion
        where TStateMachine : IAsyncStateMachine => awaiter.OnCompleted(Wait(ref stateMachine));

    /// <summary>The method waits, and its execution context is carried by the builder.</summary>
    public void AwaitUnsafeOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : ICriticalNotifyCompletion
        where TStateMachine : IAsyncStateMachine => awaiter.UnsafeOnCompleted(Wait(ref stateMachine));

    private Action Wait<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine
    {
        if (_machine is PooledStateMachine<TStateMachine, TResult> running)
        {
            running.Capture();
            return running.Resume;
        }

        var machine = PooledStateMachine<TStateMachine, TResult>.Take();

        // This builder is a field of the state machine, so it must know its object before the state machine is copied into it.
        _machine = machine;
        machine.Begin(ref stateMachine);
        machine.Capture();
        return machine.Resume;
    }
}

/// <summary>The same for methods without a result.</summary>
[StructLayout(LayoutKind.Auto)]
public struct PooledValueTaskBuilder
{
    private PooledValueTaskBuilder<Nothing> _builder;

    /// <summary>What the compiler calls first.</summary>
    public static PooledValueTaskBuilder Create() => default;

    /// <summary>The method's value task.</summary>
    public readonly ValueTask Task => _builder.WithoutResult;

    /// <inheritdoc cref="PooledValueTaskBuilder{TResult}.Start"/>
    public readonly void Start<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine => _builder.Start(ref stateMachine);

    /// <inheritdoc cref="PooledValueTaskBuilder{TResult}.SetStateMachine"/>
    public readonly void SetStateMachine(IAsyncStateMachine stateMachine) { }

    /// <inheritdoc cref="PooledValueTaskBuilder{TResult}.SetResult"/>
    public void SetResult() => _builder.SetResult(default);

    /// <inheritdoc cref="PooledValueTaskBuilder{TResult}.SetException"/>
    public void SetException(Exception exception) => _builder.SetException(exception);

    /// <inheritdoc cref="PooledValueTaskBuilder{TResult}.AwaitOnCompleted"/>
    public void AwaitOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : INotifyCompletion
        where TStateMachine : IAsyncStateMachine => _builder.AwaitOnCompleted(ref awaiter, ref stateMachine);

    /// <inheritdoc cref="PooledValueTaskBuilder{TResult}.AwaitUnsafeOnCompleted"/>
    public void AwaitUnsafeOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : ICriticalNotifyCompletion
        where TStateMachine : IAsyncStateMachine => _builder.AwaitUnsafeOnCompleted(ref awaiter, ref stateMachine);
}

/// <summary>The result of a method that has none.</summary>
public readonly struct Nothing;
