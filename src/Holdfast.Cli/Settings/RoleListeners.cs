using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Holdfast.Cli.Roles;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Settings;

/// <summary>
/// Where a role that is run alone listens: on descriptors named by a flag, else on those that systemd handed over under that name, else
/// on addresses named by a flag, else on the default.
/// </summary>
/// <param name="activated">systemd's descriptors by name.</param>
internal sealed class RoleListeners(ILookup<string, int> activated)
{
    /// <summary>One or more listeners.</summary>
    /// <param name="name">Name of the address flag, of systemd's descriptors and, after <c>fd-</c>, of the descriptor flag.</param>
    /// <param name="descriptors">The descriptor flag's value, or null.</param>
    /// <param name="addresses">The address flag's values.</param>
    /// <param name="byDefault">Otherwise.</param>
    /// <exception cref="CliFailure">A value is wrong.</exception>
    public ImmutableArray<RoleListener> Several(string name, string? descriptors, IReadOnlyList<string>? addresses, IPEndPoint byDefault)
    {
        if (descriptors is not null)
        {
            return [.. descriptors.Split(',').Select(text => RoleListener.Inherited(Descriptor($"--fd-{name}", text)))];
        }

        if (activated[name].Any())
        {
            return [.. activated[name].Select(RoleListener.Inherited)];
        }

        return addresses is { Count: > 0 }
            ? [.. addresses.SelectMany(value => value.Split(',')).Select(text => RoleListener.At(Address($"--{name}", text)))]
            : [RoleListener.At(byDefault)];
    }

    /// <summary>Exactly one listener.</summary>
    /// <param name="name">Name of systemd's descriptor and, after <c>fd-</c>, of the descriptor flag.</param>
    /// <param name="descriptor">The descriptor flag's value, or null.</param>
    /// <param name="flag">Name of the address flag.</param>
    /// <param name="address">The address flag's value, or null.</param>
    /// <param name="byDefault">Otherwise.</param>
    /// <exception cref="CliFailure">A value is wrong.</exception>
    public RoleListener One(string name, string? descriptor, string flag, string? address, IPEndPoint byDefault)
    {
        if (descriptor is not null)
        {
            return RoleListener.Inherited(Descriptor($"--fd-{name}", descriptor));
        }

        if (activated[name].Any())
        {
            return RoleListener.Inherited(activated[name].First());
        }

        return RoleListener.At(address is null ? byDefault : Address($"--{flag}", address));
    }

    /// <summary>A listener that there need not be; the parameters are those of <see cref="One"/>.</summary>
    /// <exception cref="CliFailure">A value is wrong.</exception>
    public RoleListener? OneOrNone(string name, string? descriptor, string flag, string? address) =>
        descriptor is null && address is null && !activated[name].Any()
            ? null
            : One(name, descriptor, flag, address, new IPEndPoint(IPAddress.Loopback, 0));

    private static int Descriptor(string flag, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var descriptor) && descriptor >= 3
            ? descriptor
            : throw new CliFailure($"{flag}: '{text}' is not a descriptor", "it is a number from 3 on, of a listening socket");

    private static IPEndPoint Address(string flag, string text) =>
        ListenAddress.TryParse(text, out var address, out var error) ? address : throw new CliFailure($"{flag}: {error}");
}
