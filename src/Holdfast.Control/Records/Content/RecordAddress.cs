using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Holdfast.Control.Records.Content;

/// <summary>Addresses as records write them: four decimal numbers without leading zeros, or RFC 4291's text without a scope.</summary>
internal static class RecordAddress
{
    /// <summary>Reads an address of this family.</summary>
    public static bool TryParse(string text, AddressFamily family, [NotNullWhen(true)] out IPAddress? address) =>
        IPAddress.TryParse(text, out address)
        && address.AddressFamily == family
        && (
            family == AddressFamily.InterNetwork
                // The framework also reads 127.1, 0x7f.1 and 0177.1, each of which somebody else reads as another address.
                ? address.ToString() == text
                : !text.Contains('%', StringComparison.Ordinal) && !text.Contains('[', StringComparison.Ordinal)
        );
}
