using Holdfast.Edge.Origins.Concurrency;
using Holdfast.Http.Origins;

namespace Holdfast.Edge.Origins;

/// <summary>Told what becomes of attempts to connect to origins, one call for each address tried, and of requests that wait for one. Called from any thread; does not block.</summary>
internal interface IOriginEvents
{
    /// <summary>A connection stands, secured where it is to be.</summary>
    void Connected();

    /// <summary>A connection could not be had.</summary>
    void NotConnected(OriginFault fault);

    /// <summary>The origin's name has no address.</summary>
    void NotResolved();

    /// <summary>A request begins to wait until fewer are under way to its origin; <see cref="Dequeued"/> follows.</summary>
    void Queued();

    /// <summary>A request waits no more.</summary>
    void Dequeued();

    /// <summary>A request is not sent to its origin, because as many are under way as may be.</summary>
    void NotAdmitted(OriginWaitEnd why);
}
