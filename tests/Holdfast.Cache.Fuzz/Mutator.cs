namespace Holdfast.Cache.Fuzz;

/// <summary>Makes field values from what the parsers know, the same ones for the same seed.</summary>
internal sealed class Mutator(int seed)
{
    private const int MostCharacters = 600;

    // Whole values, to begin with.
    private static readonly string[] Corpus =
    [
        "max-age=60",
        "max-age=60, stale-while-revalidate=30, stale-if-error=\"5\"",
        "private=\"Set-Cookie, X-A\", no-cache=X-B, s-maxage=1",
        "no-store, must-understand, PUBLIC, immutable",
        "a=\"b\\\"c, no-store\", max-age=\"1\"",
        "max-age=60;a=1;b, s-maxage=10, c=(1 \"x\";y=2 tok), d=:YWI=:, e=?1, f=@-5, g=1.250, h=%\"a%c3%bc\"",
        "no-cache=\"a, b\", private=tok, *x=*",
        "Thu, 18 Aug 2050 02:01:18 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "sun, 29 FEB 2024 23:59:60 utc",
        "3600",
        "Accept-Encoding, X-Color,,Accept-Language",
        "\"a\", W/\"b,c\", \"\"",
        "*",
        "bytes=0-4",
        "bytes=0-4, 90-, -5,3-1",
        "bytes=99999999999999999999-",
        "bytes 0-4/100",
        "bytes */100",
        "t1, T2 ,,t3",
        "gzip;q=0.5, br;q=1.000, *;q=0, zstd, identity;q=0.001",
        "en-GB, de;q=0.8",
    ];

    private static readonly string[] Words =
    [
        "\"",
        "\\",
        "\\\"",
        ",",
        "=",
        ";",
        ";q=",
        "(",
        ")",
        "?1",
        ":",
        "@",
        "%",
        "%\"",
        "%e2%82",
        "-",
        ".",
        " ",
        "\t",
        "\n",
        "*",
        "/",
        "0",
        "9",
        "10",
        "2147483648",
        "999999999999999",
        "1.0",
        "W/",
        "W/\"",
        "max-age=",
        "s-maxage",
        "no-store",
        "private",
        "no-cache",
        "must-understand",
        "bytes=",
        "bytes ",
        "gzip",
        "Thu, ",
        " GMT",
        "Feb",
        "00:00:60",
        "\u00ff",
        "\u0080",
        "\u0000",
        "\u007f",
        "A",
        "z",
    ];

    private readonly Random _random = new(seed);

    /// <summary>The next input.</summary>
    public string Next()
    {
        var text = Corpus[_random.Next(Corpus.Length)];
        for (var changes = _random.Next(0, 6); changes > 0; changes--)
        {
            text = Change(text);
        }

        return text.Length > MostCharacters ? text[..MostCharacters] : text;
    }

    private string Change(string text)
    {
        var place = _random.Next(text.Length + 1);
        var length = Math.Min(_random.Next(1, 9), text.Length - place);
        switch (_random.Next(7))
        {
            case 0 or 1:
                return text.Insert(place, Words[_random.Next(Words.Length)]);
            case 2:
                return text.Insert(place, ((char)_random.Next(0, 256)).ToString());
            case 3:
                return text.Remove(place, length);
            case 4:
                return text.Insert(place, text.Substring(place, length));
            case 5:
                return text.Remove(place, length).Insert(place, Words[_random.Next(Words.Length)]);
            default:
                return $"{text}{(_random.Next(3) == 0 ? "\n" : ", ")}{Corpus[_random.Next(Corpus.Length)]}";
        }
    }
}
