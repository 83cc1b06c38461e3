using System.Globalization;
using System.Net;
using System.Text;
using Holdfast.Edge.Listening;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Http3;

/// <summary>
/// Tells visitors that came over TLS that HTTP/3 is spoken at the same address and port (RFC 7838, RFC 9114 section 3.1.1), in the place of
/// what an origin says about itself.
/// </summary>
/// <param name="endPoints">Where HTTP/3 is spoken.</param>
internal sealed class AltService(IEnumerable<IPEndPoint> endPoints)
{
    /// <summary>How long a browser may remember it, in seconds: a day, the protocol's own default (RFC 7838 section 3.1).</summary>
    private const int MaxAge = 86_400;

    private readonly (int Port, byte[] Value)[] _values =
    [
        .. endPoints
            .Select(endPoint => endPoint.Port)
            .Distinct()
            .Select(port => (port, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"h3=\":{port}\"; ma={MaxAge}")))),
    ];

    /// <summary><c>Alt-Svc</c> for an answer, or null when the zone's <c>http3</c> is off or there is no HTTP/3 beside the visitor's listener.</summary>
    /// <param name="connection">The connection that the answer goes to.</param>
    /// <param name="settings">The zone's settings.</param>
    public byte[]? For(ConnectionFacts connection, ZoneSettings settings)
    {
        if (!connection.IsTls || connection.Alpn == Http3Server.Protocol || !settings.Http3)
        {
            return null;
        }

        foreach (var (port, value) in _values)
        {
            if (port == connection.Local.Port)
            {
                return value;
            }
        }

        return null;
    }
}
