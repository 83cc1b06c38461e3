using System.Net;

namespace Holdfast.Cli.Roles;

/// <summary>
/// Where a role listens: on a socket that its starter bound and that is listening already, or on an address that it binds itself.
/// </summary>
/// <param name="Descriptor">The inherited socket's descriptor, or null.</param>
/// <param name="Address">The address to bind when there is no descriptor.</param>
internal sealed record RoleListener(int? Descriptor, IPEndPoint? Address)
{
    /// <summary>An inherited socket.</summary>
    public static RoleListener Inherited(int descriptor) => new(descriptor, null);

    /// <summary>An address.</summary>
    public static RoleListener At(IPEndPoint address) => new(null, address);
}
