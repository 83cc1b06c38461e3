using System.Text;

namespace Holdfast.Control.Records.Content;

/// <summary>
/// TXT: character strings of at most 255 bytes each (RFC 1035 section 3.3.14), canonically in quotes. A text without quotes is one
/// string, and strings that are too long are split, as Cloudflare does.
/// </summary>
internal sealed class TextType : RecordType
{
    private const int MostInString = 255;

    public override string? FromContent(string content)
    {
        if (content.StartsWith('"'))
        {
            return base.FromContent(content);
        }

        var bytes = Ascii.IsValid(content) ? content : Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(content));
        return content.Length == 0 ? null : FromWords([new PresentationWord(bytes, Quoted: true, Escaped: false)], null);
    }

    public override string? FromWords(ReadOnlySpan<PresentationWord> words, string? origin)
    {
        var strings = new List<string>();
        var length = 0;
        foreach (var word in words)
        {
            length += word.Text.Length;
            if (length > DataField.MaxBytes)
            {
                return null;
            }

            strings.AddRange(
                word.Text.Length == 0
                    ? [PresentationWord.Quote("")]
                    : word.Text.Chunk(MostInString).Select(part => PresentationWord.Quote(part))
            );
        }

        return strings.Count == 0 ? null : string.Join(' ', strings);
    }

    public override string PlainText(string content) => string.Concat(PresentationWord.Split(content)!.Select(word => word.Text));
}
