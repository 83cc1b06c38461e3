using System.Buffers;
using System.Buffers.Text;

namespace Holdfast.Edge.ErrorPages;

/// <summary>
/// The error page as a problem document (RFC 9457). Beside the standard members it has <c>error_code</c>, <c>ray_id</c>, <c>blame</c>,
/// <c>advice</c>, <c>timestamp</c>, and where there is something to say <c>owner_advice</c>, <c>host</c>, <c>client_ip</c>,
/// <c>retry_after</c> (seconds) and <c>status_page</c>.
/// </summary>
internal static class ErrorPageJson
{
    /// <summary>Writes it; ends with a line feed.</summary>
    public static void Write(ref ErrorPageFiller filler, EdgeErrorInfo info, in ErrorPageRequest request, IBufferWriter<byte> output)
    {
        Member(ref filler, "{\"type\":\"urn:holdfast:error:"u8, PageSlot.Code, output);
        Member(ref filler, ",\"title\":\""u8, PageSlot.Title, output);
        Number(",\"status\":"u8, info.Status, output);
        output.Write(",\"detail\":\""u8);
        filler.Write(PageSlot.What, output);
        if (filler.Has(PageSlot.Detail))
        {
            output.Write(" "u8);
            filler.Write(PageSlot.Detail, output);
        }

        Member(ref filler, "\",\"instance\":\"urn:holdfast:ray:"u8, PageSlot.Ray, output);
        Number(",\"error_code\":"u8, info.Code, output);
        Member(ref filler, ",\"ray_id\":\""u8, PageSlot.Ray, output);
        output.Write(",\"blame\":\""u8);
        output.Write(
            info.Blame switch
            {
                Blame.Visitor => "visitor"u8,
                Blame.Edge => "edge"u8,
                _ => "origin"u8,
            }
        );
        Member(ref filler, "\",\"advice\":\""u8, PageSlot.Visitor, output);
        if (info.OwnerAdvice is not null)
        {
            Member(ref filler, ",\"owner_advice\":\""u8, PageSlot.Owner, output);
        }

        if (request.RetryAfterSeconds > 0)
        {
            Number(",\"retry_after\":"u8, request.RetryAfterSeconds, output);
        }

        if (filler.Has(PageSlot.Host))
        {
            Member(ref filler, ",\"host\":\""u8, PageSlot.Host, output);
        }

        if (!request.ClientAddress.IsEmpty)
        {
            Member(ref filler, ",\"client_ip\":\""u8, PageSlot.Client, output);
        }

        Member(ref filler, ",\"timestamp\":\""u8, PageSlot.TimeIso, output);
        if (filler.Has(PageSlot.Status))
        {
            Member(ref filler, ",\"status_page\":\""u8, PageSlot.Status, output);
        }

        output.Write("}\n"u8);
    }

    private static void Member(ref ErrorPageFiller filler, ReadOnlySpan<byte> start, PageSlot slot, IBufferWriter<byte> output)
    {
        output.Write(start);
        filler.Write(slot, output);
        output.Write("\""u8);
    }

    private static void Number(ReadOnlySpan<byte> start, int value, IBufferWriter<byte> output)
    {
        output.Write(start);
        Utf8Formatter.TryFormat(value, output.GetSpan(11), out var written);
        output.Advance(written);
    }
}
