using System.Net.Sockets;

namespace Holdfast.Control.Records.Content;

/// <summary>A and AAAA: one address.</summary>
internal sealed class AddressType : RecordType
{
    /// <summary>Which of the two.</summary>
    public required AddressFamily Family { get; init; }

    public override string? FromWords(ReadOnlySpan<PresentationWord> words, string? origin) =>
        words.Length == 1 && RecordAddress.TryParse(words[0].Text, Family, out var address) ? address.ToString() : null;
}
