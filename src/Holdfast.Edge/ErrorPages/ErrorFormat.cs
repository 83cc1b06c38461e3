using System.Buffers.Text;

namespace Holdfast.Edge.ErrorPages;

/// <summary>The formats in which the edge's own pages are to be had.</summary>
internal enum ErrorFormat
{
    /// <summary><c>text/plain</c>: what a bare <c>*/*</c> gets, so that a terminal shows something readable.</summary>
    Text,

    /// <summary><c>application/problem+json</c> (RFC 9457).</summary>
    Json,

    /// <summary><c>text/html</c>.</summary>
    Html,
}

/// <summary>Chooses a format from a request's Accept field (RFC 9110 section 12.5.1).</summary>
internal static class ErrorFormatNegotiation
{
    /// <summary>
    /// The format with the highest quality. Among equals the one that was named more exactly wins, then the one named first, then
    /// plain text before JSON before HTML. An absent, empty or malformed field, and one that accepts none of the three, gives plain text.
    /// </summary>
    /// <param name="accept">The field's value; several lines joined with commas.</param>
    public static ErrorFormat Negotiate(ReadOnlySpan<byte> accept)
    {
        Span<Offer> offers = stackalloc Offer[3];
        offers.Clear();
        var position = 0;
        while (!accept.IsEmpty)
        {
            var end = EndOf(accept, (byte)',');
            var range = accept[..end];
            accept = accept[Math.Min(end + 1, accept.Length)..];
            var nameEnd = EndOf(range, (byte)';');
            var name = range[..nameEnd].Trim(" \t"u8);
            if (!name.IsEmpty)
            {
                var quality = Quality(range[nameEnd..]);
                position++;
                for (var format = ErrorFormat.Text; format <= ErrorFormat.Html; format++)
                {
                    offers[(int)format].Consider(Specificity(name, format), quality, position);
                }
            }
        }

        var best = ErrorFormat.Text;
        for (var format = ErrorFormat.Json; format <= ErrorFormat.Html; format++)
        {
            if (offers[(int)format].IsBetterThan(offers[(int)best]))
            {
                best = format;
            }
        }

        return best;
    }

    /// <summary>How exactly a media range names a format: 3 by name, 2 by <c>type/*</c>, 1 by <c>*/*</c>, 0 not at all.</summary>
    private static int Specificity(ReadOnlySpan<byte> range, ErrorFormat format)
    {
        if (range.SequenceEqual("*/*"u8))
        {
            return 1;
        }

        return format switch
        {
            ErrorFormat.Html => Is(range, "text/html"u8) || Is(range, "application/xhtml+xml"u8) ? 3
            : Is(range, "text/*"u8) ? 2
            : 0,
            ErrorFormat.Json => Is(range, "application/problem+json"u8) || Is(range, "application/json"u8) ? 3
            : Is(range, "application/*"u8) ? 2
            : 0,
            _ => Is(range, "text/plain"u8) ? 3
            : Is(range, "text/*"u8) ? 2
            : 0,
        };
    }

    private static bool Is(ReadOnlySpan<byte> range, ReadOnlySpan<byte> name) => System.Text.Ascii.EqualsIgnoreCase(range, name);

    /// <summary>The weight in thousandths; 1,000 when there is none, 0 when it is malformed.</summary>
    private static int Quality(ReadOnlySpan<byte> parameters)
    {
        while (!parameters.IsEmpty)
        {
            parameters = parameters[1..];
            var end = EndOf(parameters, (byte)';');
            var parameter = parameters[..end].Trim(" \t"u8);
            parameters = parameters[end..];
            if (parameter.Length >= 2 && (parameter[0] | 0x20) == 'q' && parameter[1] == '=')
            {
                var text = parameter[2..];
                return
                    text.Length is > 0 and <= 5
                    && text[0] is (byte)'0' or (byte)'1'
                    && Utf8Parser.TryParse(text, out decimal value, out var consumed)
                    && consumed == text.Length
                    && value is >= 0 and <= 1
                    ? (int)(value * 1000)
                    : 0;
            }
        }

        return 1000;
    }

    /// <summary>Where the next separator outside a quoted string is, or the end.</summary>
    private static int EndOf(ReadOnlySpan<byte> text, byte separator)
    {
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (quoted && text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == '"')
            {
                quoted = !quoted;
            }
            else if (!quoted && text[i] == separator)
            {
                return i;
            }
        }

        return text.Length;
    }

    private struct Offer
    {
        private int _specificity;
        private int _quality;
        private int _position;

        /// <summary>The most exact range that names a format decides its quality, whatever other ranges say.</summary>
        public void Consider(int specificity, int quality, int position)
        {
            if (specificity > _specificity)
            {
                (_specificity, _quality, _position) = (specificity, quality, position);
            }
        }

        public readonly bool IsBetterThan(in Offer other) =>
            _quality != other._quality ? _quality > other._quality
            : _quality == 0 ? false
            : _specificity != other._specificity ? _specificity > other._specificity
            : _position < other._position;
    }
}
