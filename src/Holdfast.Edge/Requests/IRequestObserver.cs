using Holdfast.Edge.Geo;
using Holdfast.Edge.Reporting;

namespace Holdfast.Edge.Requests;

/// <summary>What stands at the end of every request: the log and the counters.</summary>
internal interface IRequestObserver
{
    /// <summary>Takes down a request that has ended, however it ended. Must not throw or wait.</summary>
    void Ended(EdgeRequest request);

    /// <summary>Takes down a request that the edge made in no visitor's name, when its exchange with the origin has ended.</summary>
    void EndedDetached(EdgeRequest request);

    /// <summary>A stored response was revalidated, for a visitor or behind one's back.</summary>
    void Revalidated(RevalidationResult result);

    /// <summary>The country of a request's visitor.</summary>
    CountryCode CountryOf(EdgeRequest request);
}

/// <summary>The ports that visitors reach the edge's listeners on, for redirects from one to the other.</summary>
/// <param name="Http">The first plain listener's port.</param>
/// <param name="Https">The first TLS listener's port.</param>
internal sealed record EdgePorts(int Http, int Https);
