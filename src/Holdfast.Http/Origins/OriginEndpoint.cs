using System.Net;

namespace Holdfast.Http.Origins;

/// <summary>
/// What makes two connections to an origin interchangeable: where they lead and what was agreed on the way. Requests that differ in
/// any of it never share a connection.
/// </summary>
/// <param name="Address">The address and port connected to.</param>
/// <param name="Tls">How the connection is secured, or null for plain TCP.</param>
public sealed record OriginEndpoint(IPEndPoint Address, OriginTls? Tls);

/// <summary>How a connection to an origin is secured.</summary>
/// <param name="ServerName">The name sent as SNI and expected in the certificate; a host name or an address.</param>
/// <param name="Verify">Whether the certificate must be valid for that name.</param>
public sealed record OriginTls(string ServerName, bool Verify);
