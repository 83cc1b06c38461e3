using System.Buffers;
using System.Text;

namespace Holdfast.Edge.ErrorPages;

/// <summary>
/// A zone's own error page, split once at its tokens <c>::RAY_ID::</c>, <c>::CLIENT_IP::</c>, <c>::ERROR_CODE::</c> and
/// <c>::ERROR_TITLE::</c>. Immutable; made when the zone is compiled. The owner's HTML is served as it is, what fills the tokens is escaped.
/// </summary>
internal sealed class ReplacementPage
{
    private static readonly string[] Tokens = ["::RAY_ID::", "::CLIENT_IP::", "::ERROR_CODE::", "::ERROR_TITLE::"];
    private static readonly PageSlot[] Slots = [PageSlot.Ray, PageSlot.Client, PageSlot.Code, PageSlot.Title];

    private readonly (byte[] Text, PageSlot? Slot)[] _pieces;

    private ReplacementPage((byte[] Text, PageSlot? Slot)[] pieces) => _pieces = pieces;

    /// <summary>Splits a page.</summary>
    /// <param name="html">The owner's HTML; unpaired surrogates become U+FFFD.</param>
    public static ReplacementPage Compile(string html)
    {
        var pieces = new List<(byte[], PageSlot?)>();
        var at = 0;
        while (at < html.Length)
        {
            var next = html.Length;
            var found = -1;
            for (var i = 0; i < Tokens.Length; i++)
            {
                var start = html.IndexOf(Tokens[i], at, next - at, StringComparison.Ordinal);
                if (start >= 0)
                {
                    (next, found) = (start, i);
                }
            }

            pieces.Add((Encoding.UTF8.GetBytes(html[at..next]), found < 0 ? null : Slots[found]));
            at = found < 0 ? html.Length : next + Tokens[found].Length;
        }

        return new ReplacementPage([.. pieces]);
    }

    /// <summary>Writes the page.</summary>
    public void Write<TFiller>(ref TFiller filler, IBufferWriter<byte> output)
        where TFiller : PageTemplate.IFiller, allows ref struct
    {
        foreach (var (text, slot) in _pieces)
        {
            output.Write(text);
            if (slot is { } place)
            {
                filler.Write(place, output);
            }
        }
    }
}
