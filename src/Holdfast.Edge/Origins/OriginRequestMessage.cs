using System.Text;

namespace Holdfast.Edge.Origins;

/// <summary>
/// A request to an HTTP/2 origin that is not sent more often than it may be. By itself the framework's client sends a request up to
/// four times when the origin resets its stream as refused or ends the connection, and no option changes that.
/// </summary>
internal sealed class OriginRequestMessage(HttpMethod method, Uri uri) : HttpRequestMessage(method, uri)
{
    // Set on every request by ForwardedHeaders, once, and so written once each time the request is sent.
    private const string OnEveryRequest = "CF-Ray";

    private int _sendings;

    /// <summary>How often it may be sent.</summary>
    public required int MostSendings { get; init; }

    /// <summary>
    /// The encoding of field values: bytes are bytes. The client asks for it while it writes a head, which is the one place where one
    /// more sending can be seen before its first byte goes out, and stopped.
    /// </summary>
    /// <exception cref="IOException">The request is being sent once too often.</exception>
    public static Encoding EncodingOf(string name, HttpRequestMessage message)
    {
        if (
            message is OriginRequestMessage request
            && name.Equals(OnEveryRequest, StringComparison.OrdinalIgnoreCase)
            && ++request._sendings > request.MostSendings
        )
        {
            throw new IOException("The origin did not take the request, and it may not be sent again.");
        }

        return Encoding.Latin1;
    }
}
