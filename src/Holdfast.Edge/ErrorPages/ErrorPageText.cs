using System.Buffers;

namespace Holdfast.Edge.ErrorPages;

/// <summary>The error page as plain text, for terminals.</summary>
internal static class ErrorPageText
{
    /// <summary>Writes it; ends with a line feed.</summary>
    public static void Write(ref ErrorPageFiller filler, EdgeErrorInfo info, in ErrorPageRequest request, IBufferWriter<byte> output)
    {
        Line(ref filler, "Error "u8, PageSlot.Code, output, ": "u8);
        Line(ref filler, default, PageSlot.Title, output, "\n"u8);
        if (filler.Has(PageSlot.Host))
        {
            Line(ref filler, default, PageSlot.Host, output, "\n"u8);
        }

        Line(ref filler, "\n"u8, PageSlot.What, output, "\n"u8);
        if (filler.Has(PageSlot.Detail))
        {
            Line(ref filler, default, PageSlot.Detail, output, "\n"u8);
        }

        Line(ref filler, "\n  You   "u8, PageSlot.YouWords, output, "\n"u8);
        Line(ref filler, "  Edge  "u8, PageSlot.EdgeWords, output, "\n"u8);
        Line(ref filler, "  Host  "u8, PageSlot.OriginWords, output, "\n"u8);
        Line(ref filler, "\nWhat you can do: "u8, PageSlot.Visitor, output, "\n"u8);
        if (info.OwnerAdvice is not null)
        {
            Line(ref filler, "If this is your site: "u8, PageSlot.Owner, output, "\n"u8);
        }

        Line(ref filler, "\nRay ID: "u8, PageSlot.Ray, output, "\n"u8);
        Line(ref filler, "Your address: "u8, PageSlot.Client, output, "\n"u8);
        Line(ref filler, "Time: "u8, PageSlot.Time, output, " UTC\n"u8);
        if (filler.Has(PageSlot.Status))
        {
            Line(ref filler, "Status page: "u8, PageSlot.Status, output, "\n"u8);
        }
    }

    private static void Line(
        ref ErrorPageFiller filler,
        ReadOnlySpan<byte> label,
        PageSlot slot,
        IBufferWriter<byte> output,
        ReadOnlySpan<byte> end
    )
    {
        output.Write(label);
        filler.Write(slot, output);
        output.Write(end);
    }
}
