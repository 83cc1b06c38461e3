using System.Collections.Immutable;
using System.Net;

namespace Holdfast.Cli.Settings;

/// <summary>Some of an edge's listeners, named by what they speak or by where they are.</summary>
internal sealed record ListenerSelection
{
    /// <summary>Every listener for visitors.</summary>
    public static ListenerSelection All { get; } = new() { Http = true, Https = true };

    /// <summary>All that speak plain HTTP.</summary>
    public bool Http { get; init; }

    /// <summary>All that speak HTTPS.</summary>
    public bool Https { get; init; }

    /// <summary>Those that listen here.</summary>
    public ImmutableArray<IPEndPoint> Addresses { get; init; } = [];

    /// <summary>Whether a listener is among them.</summary>
    /// <param name="tls">Whether it speaks HTTPS.</param>
    /// <param name="at">Where it listens, or null when that is not known.</param>
    public bool Includes(bool tls, IPEndPoint? at) => (tls ? Https : Http) || (at is not null && Addresses.Contains(at));
}
