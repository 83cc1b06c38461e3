using System.Net;

namespace Holdfast.Edge.Origins;

/// <summary>Turns an origin's name into addresses.</summary>
internal interface IOriginResolver
{
    /// <summary>The addresses of a name, in the order to try them, and for how long they hold.</summary>
    /// <exception cref="OriginNameException">There are none, or nobody answered.</exception>
    Task<ResolvedName> ResolveAsync(string name, CancellationToken cancellationToken);
}

/// <summary>A resolved name.</summary>
/// <param name="Addresses">At least one.</param>
/// <param name="TimeToLive">How long they may be used.</param>
internal sealed record ResolvedName(IReadOnlyList<IPAddress> Addresses, TimeSpan TimeToLive);

/// <summary>An origin's name could not be resolved.</summary>
internal sealed class OriginNameException(string message, Exception? inner = null) : Exception(message, inner);
