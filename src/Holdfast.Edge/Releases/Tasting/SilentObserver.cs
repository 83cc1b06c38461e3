using Holdfast.Edge.Geo;
using Holdfast.Edge.Origins;
using Holdfast.Edge.Origins.Concurrency;
using Holdfast.Edge.Reporting;
using Holdfast.Edge.Requests;
using Holdfast.Http.Origins;

namespace Holdfast.Edge.Releases.Tasting;

/// <summary>Nobody reads a taster's log or counters.</summary>
internal class SilentObserver : IRequestObserver, IOriginEvents
{
    /// <inheritdoc/>
    public virtual void Ended(EdgeRequest request) { }

    /// <inheritdoc/>
    public void EndedDetached(EdgeRequest request) { }

    /// <inheritdoc/>
    public void Revalidated(RevalidationResult result) { }

    /// <inheritdoc/>
    public virtual CountryCode CountryOf(EdgeRequest request) => default;

    /// <inheritdoc/>
    public void Connected() { }

    /// <inheritdoc/>
    public void NotConnected(OriginFault fault) { }

    /// <inheritdoc/>
    public void NotResolved() { }

    /// <inheritdoc/>
    public void Queued() { }

    /// <inheritdoc/>
    public void Dequeued() { }

    /// <inheritdoc/>
    public void NotAdmitted(OriginWaitEnd why) { }
}
