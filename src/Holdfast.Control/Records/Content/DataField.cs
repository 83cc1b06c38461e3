using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Json;

namespace Holdfast.Control.Records.Content;

/// <summary>One field of a record's data: a word of its content, and a member of the API's <c>data</c> object.</summary>
/// <param name="Member">The member's name.</param>
/// <param name="Allowed">What it can be, for messages.</param>
internal abstract record DataField(string Member, string Allowed)
{
    /// <summary>Most bytes that a field can hold.</summary>
    public const int MaxBytes = 4_096;

    /// <summary>Whether it takes every word that is left: long binary fields may be written with spaces in them.</summary>
    public virtual bool TakesRest => false;

    /// <summary>The field's canonical text, or null when the words are none.</summary>
    /// <param name="words">One word, or all that are left.</param>
    /// <param name="origin">What relative names stand under, or null when all names are absolute.</param>
    public abstract string? FromWords(ReadOnlySpan<PresentationWord> words, string? origin);

    /// <summary>The field's canonical text from its member of <c>data</c>, or null when that is no value of it.</summary>
    public virtual string? FromJson(JsonElement value)
    {
        if (StrictJson.TextOf(value) is not { } text)
        {
            return null;
        }

        var bytes = Ascii.IsValid(text) ? text : Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));
        return FromWords([new PresentationWord(bytes, Quoted: true, Escaped: false)], null);
    }

    /// <summary>The member of <c>data</c>, from the field's canonical text.</summary>
    public virtual JsonNode ToJson(string canonical) => canonical;

    /// <summary>The field in a zone file.</summary>
    public virtual string ToZoneFile(string canonical) => canonical;
}

/// <summary>A whole number.</summary>
internal sealed record NumberField(string Member, int Most, IReadOnlyDictionary<string, int>? Mnemonics = null)
    : DataField(Member, $"a whole number from 0 to {Most}")
{
    public override string? FromWords(ReadOnlySpan<PresentationWord> words, string? origin)
    {
        var text = words[0].Text;
        if (Mnemonics is not null && Mnemonics.TryGetValue(text.ToUpperInvariant(), out var known))
        {
            return known.ToString(CultureInfo.InvariantCulture);
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= Most
            ? number.ToString(CultureInfo.InvariantCulture)
            : null;
    }

    public override string? FromJson(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= 0 && number <= Most
            ? number.ToString(CultureInfo.InvariantCulture)
            : null;

    public override JsonNode ToJson(string canonical) => int.Parse(canonical, CultureInfo.InvariantCulture);
}

/// <summary>A host name; with <paramref name="OrRoot"/> also <c>.</c>, which says that there is none.</summary>
internal sealed record HostField(string Member, bool OrRoot) : DataField(Member, OrRoot ? "a host name or ." : "a host name")
{
    public override string? FromWords(ReadOnlySpan<PresentationWord> words, string? origin) =>
        words[0] is { Escaped: false } word ? RecordName.Host(word.Decoded, origin, OrRoot) : null;

    public override string? FromJson(JsonElement value) =>
        StrictJson.TextOf(value) is { } text ? RecordName.Host(text, null, OrRoot) : null;

    public override string ToZoneFile(string canonical) => canonical == "." ? canonical : canonical + ".";
}

/// <summary>One character string (RFC 1035 section 3.3), or, up to <paramref name="Most"/> bytes, a longer text of the same form.</summary>
internal sealed record TextField(string Member, int Most = 255, bool Empty = true)
    : DataField(Member, $"a text of {(Empty ? 0 : 1)} to {Most} bytes")
{
    public override string? FromWords(ReadOnlySpan<PresentationWord> words, string? origin) =>
        words[0].Text.Length <= Most && (Empty || words[0].Text.Length > 0) ? PresentationWord.Quote(words[0].Text) : null;

    public override JsonNode ToJson(string canonical) => PresentationWord.Split(canonical)![0].Decoded;
}

/// <summary>A CAA property's name (RFC 8659 section 4.1): letters and digits.</summary>
internal sealed record TagField(string Member) : DataField(Member, "1 to 15 letters and digits, such as issue, issuewild or iodef")
{
    public override string? FromWords(ReadOnlySpan<PresentationWord> words, string? origin) =>
        words[0].Text is { Length: > 0 and <= 15 } text && text.All(char.IsAsciiLetterOrDigit) ? text.ToLowerInvariant() : null;
}

/// <summary>Bytes in hexadecimal digits, spaces between them allowed.</summary>
internal sealed record HexField(string Member) : DataField(Member, $"1 to {MaxBytes} bytes in hexadecimal digits")
{
    public override bool TakesRest => true;

    public override string? FromWords(ReadOnlySpan<PresentationWord> words, string? origin)
    {
        var text = Joined(words);
        return text.Length is > 0 and <= 2 * MaxBytes && text.Length % 2 == 0 && text.All(char.IsAsciiHexDigit)
            ? text.ToLowerInvariant()
            : null;
    }

    internal static string Joined(ReadOnlySpan<PresentationWord> words)
    {
        var text = new StringBuilder();
        foreach (var word in words)
        {
            foreach (var c in word.Text)
            {
                _ = c is ' ' or '\t' ? text : text.Append(c);
            }
        }

        return text.ToString();
    }
}

/// <summary>Bytes in base64, spaces between them allowed.</summary>
internal sealed record Base64Field(string Member) : DataField(Member, $"1 to {MaxBytes} bytes in base64")
{
    public override bool TakesRest => true;

    public override string? FromWords(ReadOnlySpan<PresentationWord> words, string? origin) => Canonical(HexField.Joined(words));

    /// <summary>The same bytes, written in the one way; null when it is no base64.</summary>
    internal static string? Canonical(string text) =>
        Base64.IsValid(text, out var length) && length is > 0 and <= MaxBytes
            ? Convert.ToBase64String(Convert.FromBase64String(text))
            : null;
}

/// <summary>Service parameters (RFC 9460 section 2.1), in the order of their numbers.</summary>
internal sealed record ServiceParametersField(string Member)
    : DataField(Member, "service parameters such as alpn=\"h2,h3\" port=\"443\", each once")
{
    public override bool TakesRest => true;

    public override string? FromWords(ReadOnlySpan<PresentationWord> words, string? origin) => ServiceParameters.Canonical(words);

    public override string? FromJson(JsonElement value) =>
        StrictJson.TextOf(value) is { } text && PresentationWord.Split(text) is { } words ? ServiceParameters.Canonical([.. words]) : null;
}
