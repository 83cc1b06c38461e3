namespace Holdfast.Edge.Origins;

/// <summary>Where the servers behind a zone's records listen: a record names an address and no port.</summary>
/// <param name="Http">The port for HTTP in the clear.</param>
/// <param name="Https">The port for HTTPS.</param>
internal sealed record OriginPorts(int Http, int Https)
{
    /// <summary>80 and 443, as everywhere (RFC 9110 section 4.2).</summary>
    public static OriginPorts Standard { get; } = new(80, 443);
}
