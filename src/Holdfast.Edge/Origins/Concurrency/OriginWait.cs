using Holdfast.Edge.Requests;

namespace Holdfast.Edge.Origins.Concurrency;

/// <summary>How a request's wait for an origin ended.</summary>
internal enum OriginWaitEnd
{
    /// <summary>There was room.</summary>
    Entered,

    /// <summary>As many wait already as may.</summary>
    QueueFull,

    /// <summary>It gave its place to a visitor whom the site knows.</summary>
    Displaced,

    /// <summary>It waited as long as it may.</summary>
    TimedOut,

    /// <summary>Its visitor left.</summary>
    VisitorLeft,

    /// <summary>It did not wait, because a stored response serves as well.</summary>
    StoredInstead,

    /// <summary>It did not wait, because no visitor does.</summary>
    Background,
}

/// <summary>One request that waits.</summary>
/// <param name="request">The request.</param>
/// <param name="most">How many may be under way, as its zone says.</param>
/// <param name="isKnown">Whether it goes before others: it is from somebody whom the site knows.</param>
internal sealed class OriginWait(EdgeRequest request, int most, bool isKnown)
{
    // What waits goes on elsewhere than on the flow of whoever made room.
    private readonly TaskCompletionSource<OriginWaitEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The request.</summary>
    public EdgeRequest Request => request;

    /// <summary>How many may be under way.</summary>
    public int Most => most;

    /// <summary>Whether it goes before others.</summary>
    public bool IsKnown => isKnown;

    /// <summary>Where it stands in the queue; null when it does not. Under the gate's lock.</summary>
    public LinkedListNode<OriginWait>? Place { get; set; }

    /// <summary>How it ends.</summary>
    public Task<OriginWaitEnd> Ended => _end.Task;

    /// <summary>Ends it.</summary>
    public void End(OriginWaitEnd end) => _end.SetResult(end);
}
