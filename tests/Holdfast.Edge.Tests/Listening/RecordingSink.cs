using System.Collections.Concurrent;
using Holdfast.Edge.Listening.Admission;

namespace Holdfast.Edge.Tests.Listening;

internal sealed class RecordingSink : IConnectionEventSink
{
    public ConcurrentQueue<ConnectionFailure> Failures { get; } = new();

    public ConcurrentQueue<ConnectionRefusal> Refusals { get; } = new();

    public void HandshakeFailed(in ConnectionFailure failure) => Failures.Enqueue(failure);

    public void Refused(in ConnectionRefusal refusal) => Refusals.Enqueue(refusal);
}
