namespace Holdfast.Model.Rulesets;

/// <summary>The request goes to another server, or is put to it in another way. What is null stays.</summary>
/// <param name="HostHeader">The Host that the server sees, with a port if need be; it is also the name that its certificate is asked for.</param>
/// <param name="OriginHost">The name that the server is found by.</param>
/// <param name="OriginPort">The port that it is reached at.</param>
/// <param name="Sni">The name that its certificate is asked for.</param>
public sealed record RouteAction(string? HostHeader, string? OriginHost, int? OriginPort, string? Sni) : RuleAction("route");
