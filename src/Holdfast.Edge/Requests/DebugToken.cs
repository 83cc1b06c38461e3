using System.Security.Cryptography;
using Holdfast.Http.Headers;

namespace Holdfast.Edge.Requests;

/// <summary>The token in <c>X-Holdfast-Debug</c>: who has a zone's is told what became of their request.</summary>
internal static class DebugToken
{
    /// <summary>Whether a request has the token.</summary>
    /// <param name="headers">Its fields.</param>
    /// <param name="digest">The SHA-256 of the zone's token.</param>
    public static bool IsIn(HeaderBlock headers, ReadOnlySpan<byte> digest)
    {
        if (!headers.TryGet(KnownHeader.XHoldfastDebug, out var token))
        {
            return false;
        }

        Span<byte> found = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(token, found);
        return CryptographicOperations.FixedTimeEquals(found, digest);
    }
}
