using System.Buffers;
using System.Collections.Immutable;
using System.Text;

namespace Holdfast.Edge.ErrorPages;

/// <summary>Renders the edge's error pages from memory.</summary>
internal static class ErrorPage
{
    /// <summary>
    /// The <c>Content-Security-Policy</c> for the edge's own HTML (not for a zone's replacement): it has inline style and nothing else.
    /// </summary>
    public const string ContentSecurityPolicy =
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly PageTemplate Template = PageTemplate.FromResource("error.html");
    private static readonly ImmutableArray<Words> ByError =
    [
        .. Enum.GetValues<EdgeError>().Select(e => e == EdgeError.None ? Words.Empty : Words.Of(EdgeErrorCatalog.Get(e))),
    ];

    /// <summary>The response's <c>Content-Type</c>.</summary>
    public static ReadOnlySpan<byte> ContentType(ErrorFormat format) =>
        format switch
        {
            ErrorFormat.Html => "text/html; charset=utf-8"u8,
            ErrorFormat.Json => "application/problem+json"u8,
            _ => "text/plain; charset=utf-8"u8,
        };

    /// <summary>Writes the page. Allocates nothing beyond what <paramref name="output"/> does.</summary>
    /// <param name="request">What it is to say.</param>
    /// <param name="format">In which format; see <see cref="ErrorFormatNegotiation.Negotiate"/>.</param>
    /// <param name="output">Where the response's body goes: at most 16 KiB, or the replacement's size.</param>
    /// <exception cref="ArgumentOutOfRangeException">The error has no page.</exception>
    public static void Render(in ErrorPageRequest request, ErrorFormat format, IBufferWriter<byte> output)
    {
        var info = EdgeErrorCatalog.Get(request.Error);
        var filler = new ErrorPageFiller(request, ByError[(int)request.Error], format);
        if (format == ErrorFormat.Text)
        {
            ErrorPageText.Write(ref filler, info, request, output);
        }
        else if (format == ErrorFormat.Json)
        {
            ErrorPageJson.Write(ref filler, info, request, output);
        }
        else if (request.Replacement is { } replacement)
        {
            replacement.Write(ref filler, output);
        }
        else
        {
            Template.Write(ref filler, output);
        }
    }

    /// <summary>One error's texts as UTF-8, made once.</summary>
    internal sealed record Words(
        Blame Blame,
        byte[] Code,
        byte[] Title,
        byte[] What,
        byte[] Visitor,
        byte[] Owner,
        byte[] Summary,
        byte[] YouState,
        byte[] EdgeState,
        byte[] OriginState
    )
    {
        public static Words Empty { get; } = new(Blame.None, [], [], [], [], [], [], [], [], []);

        public static Words Of(EdgeErrorInfo info) =>
            new(
                info.Blame,
                Utf8(info.Code.ToString(System.Globalization.CultureInfo.InvariantCulture)),
                Utf8(info.Title),
                Utf8(info.What),
                Utf8(info.VisitorAdvice),
                Utf8(info.OwnerAdvice ?? ""),
                Utf8(
                    info switch
                    {
                        { Error: EdgeError.NoSuchHost } => "You and the edge are fine. What is missing is a site by this name.",
                        { Blame: Blame.Visitor } => "The edge received this request and could not accept it.",
                        { Blame: Blame.Edge } => "Your request arrived. The edge could not handle it.",
                        _ => "You and the edge are fine. The problem lies with the site's own server.",
                    }
                ),
                Utf8(info.Blame == Blame.Visitor ? "Problem here" : "Working"),
                Utf8(info.Blame == Blame.Edge ? "Problem here" : "Working"),
                Utf8(
                    info switch
                    {
                        { Error: EdgeError.NoSuchHost } => "Not found",
                        { Blame: Blame.Origin } => "Problem here",
                        // The request never got there, so "working" would be a guess.
                        _ => "Not at fault",
                    }
                )
            );

        private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
    }
}
