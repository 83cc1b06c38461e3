using System.Buffers;
using System.Globalization;

namespace Holdfast.Edge.ErrorPages;

/// <summary>Fills the places of an error page, escaped for one format.</summary>
internal readonly ref struct ErrorPageFiller : PageTemplate.IFiller
{
    private readonly ErrorPageRequest _request;
    private readonly ErrorPage.Words _words;
    private readonly ErrorFormat _format;

    public ErrorPageFiller(in ErrorPageRequest request, ErrorPage.Words words, ErrorFormat format)
    {
        _request = request;
        _words = words;
        _format = format;
    }

    public bool Has(PageSlot slot) =>
        slot switch
        {
            PageSlot.Detail => !_request.Detail.IsEmpty,
            PageSlot.Owner => _words.Owner.Length > 0,
            PageSlot.Status => IsWebAddress(_request.StatusPage),
            PageSlot.Host => !_request.Host.IsEmpty,
            _ => true,
        };

    public void Write(PageSlot slot, IBufferWriter<byte> output)
    {
        if (slot is PageSlot.Time or PageSlot.TimeIso)
        {
            WriteTime(slot == PageSlot.Time ? "yyyy-MM-dd HH:mm:ss" : "yyyy-MM-dd'T'HH:mm:ss'Z'", output);
            return;
        }

        var blame = _words.Blame;
        PageText.Write(
            output,
            slot switch
            {
                PageSlot.Code => _words.Code,
                PageSlot.Title => _words.Title,
                PageSlot.Summary => _words.Summary,
                PageSlot.What => _words.What,
                PageSlot.Visitor => _words.Visitor,
                PageSlot.Owner => _words.Owner,
                PageSlot.YouWords => _words.YouState,
                PageSlot.EdgeWords => _words.EdgeState,
                PageSlot.OriginWords => _words.OriginState,
                PageSlot.You => blame == Blame.Visitor ? "bad"u8 : "ok"u8,
                PageSlot.Edge => blame == Blame.Edge ? "bad"u8 : "ok"u8,
                PageSlot.Origin => blame == Blame.Origin ? "bad"u8 : "ok"u8,
                PageSlot.EdgeLink => blame == Blame.Visitor ? "cut"u8 : default,
                PageSlot.OriginLink => blame == Blame.Origin ? "cut"u8 : "idle"u8,
                PageSlot.Host => _request.Host.IsEmpty ? "The site's server"u8 : _request.Host,
                PageSlot.Ray => _request.RayId,
                PageSlot.Client => _request.ClientAddress,
                PageSlot.Detail => _request.Detail,
                PageSlot.Status => _request.StatusPage,
                _ => default,
            },
            _format
        );
    }

    private void WriteTime(string format, IBufferWriter<byte> output)
    {
        _request.Time.UtcDateTime.TryFormat(output.GetSpan(24), out var written, format, CultureInfo.InvariantCulture);
        output.Advance(written);
    }

    private static bool IsWebAddress(ReadOnlySpan<byte> address) => address.StartsWith("https://"u8) || address.StartsWith("http://"u8);
}
