using System.Text;
using Holdfast.Edge.Listening.Certificates;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Zones;

/// <summary>What zones say about handshakes with their hosts.</summary>
/// <param name="zones">The zones.</param>
internal sealed class ZonePolicies(ZoneDirectory zones)
{
    /// <summary>What the zone that serves a host says, or null when none does. It completes at once for a zone that was asked for lately.</summary>
    public ValueTask<TlsPolicy?> OfAsync(string host)
    {
        Span<byte> bytes = stackalloc byte[ZoneName.MaxLength + 3];
        if (host.Length > ZoneName.MaxLength || !Encoding.ASCII.TryGetBytes(host, bytes, out var length))
        {
            return new ValueTask<TlsPolicy?>((TlsPolicy?)null);
        }

        var found = zones.FindName(bytes[..length]);
        return found.IsUnread ? ReadAsync(bytes[..length].ToArray()) : new ValueTask<TlsPolicy?>(Of(found));
    }

    private async ValueTask<TlsPolicy?> ReadAsync(byte[] name) => Of(await zones.ReadNameAsync(name).ConfigureAwait(false));

    // A visitor of a zone that can't be read gets a certificate for its name all the same, so that the page that says so is seen.
    private static TlsPolicy? Of(ZoneFinding found) =>
        found.Zone is { } zone ? TlsPolicy.Of(zone.Config.Id, zone.Settings)
        : found.IsUnusable ? TlsPolicy.Of("", new ZoneSettings())
        : null;
}
