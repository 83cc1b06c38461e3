using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace Holdfast.Model.Zones;

/// <summary>The names that zones can have, in their one canonical form: lower-case ASCII, punycode, no trailing dot.</summary>
public static class ZoneName
{
    /// <summary>The catch-all zone's name: it serves every host that no other zone serves.</summary>
    public const string CatchAll = "*";

    /// <summary>Longest host name in bytes (RFC 1035 section 2.3.4, without the root's dot).</summary>
    public const int MaxLength = 253;

    private static readonly IdnMapping Idn = new() { AllowUnassigned = false, UseStd3AsciiRules = false };

    /// <summary>Brings a zone's name into canonical form.</summary>
    /// <param name="text">A host name (Unicode allowed), <c>*.</c> and a host name, an address, or <c>*</c>.</param>
    /// <param name="name">The canonical name.</param>
    /// <param name="error">What was found and what is allowed, as one sentence.</param>
    public static bool TryNormalize(string? text, [NotNullWhen(true)] out string? name, [NotNullWhen(false)] out string? error)
    {
        name = null;
        error = null;
        var rest = (text ?? "").Trim();
        if (rest == CatchAll)
        {
            name = CatchAll;
            return true;
        }

        if (IPAddress.TryParse(rest.Trim('[', ']'), out var address) && (rest.Contains(':') || rest.Count(c => c == '.') == 3))
        {
            name = address.ToString();
            return true;
        }

        var wildcard = rest.StartsWith("*.", StringComparison.Ordinal);
        rest = wildcard ? rest[2..] : rest;
        if (rest.EndsWith('.'))
        {
            rest = rest[..^1];
        }

        string ascii;
        try
        {
            ascii = rest.All(char.IsAscii) ? rest.ToLowerInvariant() : Idn.GetAscii(rest).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            ascii = "";
        }

        if (!IsHostName(ascii))
        {
            var shown =
                text is null ? ""
                : text.Length <= 80 ? text
                : text[..77] + "...";
            error = $"'{shown}' is not a zone name; it is a host name such as example.com or *.example.com, an address, or *";
            return false;
        }

        name = wildcard ? "*." + ascii : ascii;
        return true;
    }

    /// <summary>
    /// Whether the text is a host name in canonical form: labels of 1 to 63 letters, digits, hyphens and underscores, joined by dots,
    /// no label beginning or ending with a hyphen, at most 253 bytes (RFC 1123 section 2.1, with underscores as they occur in practice).
    /// </summary>
    public static bool IsHostName(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > MaxLength)
        {
            return false;
        }

        foreach (var range in text.Split('.'))
        {
            var label = text[range];
            if (label.Length is 0 or > 63 || label[0] == '-' || label[^1] == '-')
            {
                return false;
            }

            foreach (var c in label)
            {
                if (!(char.IsAsciiLetterLower(c) || char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c is '-' or '_'))
                {
                    return false;
                }
            }
        }

        return true;
    }
}
