using Holdfast.Edge.Requests;

namespace Holdfast.Edge.Guard;

/// <summary>
/// Tells those who have the zone's token what the guard did: <c>X-Holdfast-Guard</c>, a dictionary (RFC 8941 section 3.2) of modules, with what
/// happened to each.
/// </summary>
internal static class GuardReport
{
    // Every module, its name and a word.
    private const int Longest = 2048;

    /// <summary>Puts the field into the answer.</summary>
    public static void Write(EdgeRequest request)
    {
        Span<byte> text = stackalloc byte[Longest];
        var length = 0;
        var notes = request.Guarded;
        foreach (var module in EdgeModules.All)
        {
            var word =
                (notes.Faulted & module.Bit) != 0 ? "=failed"u8
                : (notes.Skipped & module.Bit) != 0 ? "=resting"u8
                : default;
            if (!word.IsEmpty)
            {
                Append(text, ref length, length == 0 ? default : ", "u8);
                Append(text, ref length, module.Text);
                Append(text, ref length, word);
            }
        }

        request.Response.Headers.Remove("X-Holdfast-Guard"u8);
        request.Response.Headers.Add("X-Holdfast-Guard"u8, text[..length]);
    }

    private static void Append(Span<byte> into, ref int length, ReadOnlySpan<byte> text)
    {
        text.CopyTo(into[length..]);
        length += text.Length;
    }
}
