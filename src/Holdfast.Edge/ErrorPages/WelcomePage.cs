using System.Buffers;
using System.Globalization;

namespace Holdfast.Edge.ErrorPages;

/// <summary>What the edge answers, with 200, while it has no zones at all: that it runs, and what to do next.</summary>
internal static class WelcomePage
{
    private static readonly PageTemplate Template = PageTemplate.FromResource("welcome.html");

    /// <summary>The response's <c>Content-Type</c>.</summary>
    public static ReadOnlySpan<byte> ContentType(ErrorFormat format) =>
        format == ErrorFormat.Json ? "application/json"u8 : ErrorPage.ContentType(format);

    /// <summary>Writes the page.</summary>
    /// <param name="request">What it is to say.</param>
    /// <param name="format">In which format; see <see cref="ErrorFormatNegotiation.Negotiate"/>.</param>
    /// <param name="output">Where the response's body goes: at most 12 KiB.</param>
    public static void Render(in WelcomePageRequest request, ErrorFormat format, IBufferWriter<byte> output)
    {
        var filler = new Filler(request, format);
        switch (format)
        {
            case ErrorFormat.Html:
                Template.Write(ref filler, output);
                break;
            case ErrorFormat.Json:
                output.Write("{\"status\":\"running\",\"node\":\""u8);
                filler.Write(PageSlot.Node, output);
                output.Write("\",\"ray_id\":\""u8);
                filler.Write(PageSlot.Ray, output);
                output.Write("\",\"zones\":0,\"next\":\"holdfast zone add example.com --origin http://127.0.0.1:3000\"}\n"u8);
                break;
            default:
                output.Write("Holdfast is running ("u8);
                filler.Write(PageSlot.Node, output);
                output.Write(
                    """
                    ). It has no site to serve yet.

                    Put it in front of a site:
                      ./holdfast zone add example.com --origin http://127.0.0.1:3000

                    Or send every host to one server:
                      ./run.sh --origin http://127.0.0.1:3000

                    Watch the requests (the log is in logs/ of the data directory):
                      ./holdfast logs --follow

                    More: docs/, and ./holdfast --help

                    Ray ID: 
                    """u8
                );
                filler.Write(PageSlot.Ray, output);
                output.Write("\n"u8);
                break;
        }
    }

    private readonly ref struct Filler : PageTemplate.IFiller
    {
        private readonly WelcomePageRequest _request;
        private readonly ErrorFormat _format;

        public Filler(in WelcomePageRequest request, ErrorFormat format)
        {
            _request = request;
            _format = format;
        }

        public bool Has(PageSlot slot) => true;

        public void Write(PageSlot slot, IBufferWriter<byte> output)
        {
            if (slot is PageSlot.Time or PageSlot.TimeIso)
            {
                var pattern = slot == PageSlot.Time ? "yyyy-MM-dd HH:mm:ss" : "yyyy-MM-dd'T'HH:mm:ss'Z'";
                _request.Time.UtcDateTime.TryFormat(output.GetSpan(24), out var written, pattern, CultureInfo.InvariantCulture);
                output.Advance(written);
                return;
            }

            PageText.Write(
                output,
                slot switch
                {
                    PageSlot.Ray => _request.RayId,
                    PageSlot.Client => _request.ClientAddress,
                    PageSlot.Node => _request.Node,
                    _ => default,
                },
                _format
            );
        }
    }
}

/// <summary>What one welcome page is to say. All texts are UTF-8.</summary>
internal readonly ref struct WelcomePageRequest
{
    /// <summary>The edge's node name.</summary>
    public required ReadOnlySpan<byte> Node { get; init; }

    /// <summary>The request's ray id.</summary>
    public required ReadOnlySpan<byte> RayId { get; init; }

    /// <summary>The visitor's address as text, without a port.</summary>
    public required ReadOnlySpan<byte> ClientAddress { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset Time { get; init; }
}
