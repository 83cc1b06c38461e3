namespace Holdfast.Edge.Listening.Tls;

/// <summary>Fatal alerts (RFC 8446 section 6) that are sent before a TLS library has the connection: whole records, in the clear.</summary>
internal static class TlsAlerts
{
    /// <summary><c>decode_error</c> (50): the hello is broken or too large.</summary>
    public static readonly byte[] DecodeError = [21, 3, 3, 0, 2, 2, 50];

    /// <summary><c>unrecognized_name</c> (112): there is no certificate for the host.</summary>
    public static readonly byte[] UnrecognizedName = [21, 3, 3, 0, 2, 2, 112];
}
