using System.Net;

namespace Holdfast.Edge.Bots;

/// <summary>What the check of verified bots asks name servers.</summary>
internal interface IReverseDns
{
    /// <summary>The names of an address (PTR); none when it has none.</summary>
    /// <exception cref="ReverseDnsException">Nobody answered.</exception>
    Task<IReadOnlyList<string>> NamesOfAsync(IPAddress address, CancellationToken cancellationToken);

    /// <summary>The addresses of a name (A, AAAA); none when it has none.</summary>
    /// <exception cref="ReverseDnsException">Nobody answered.</exception>
    Task<IReadOnlyList<IPAddress>> AddressesOfAsync(string name, CancellationToken cancellationToken);
}

/// <summary>No name server answered.</summary>
internal sealed class ReverseDnsException(string message, Exception? inner = null) : Exception(message, inner);
