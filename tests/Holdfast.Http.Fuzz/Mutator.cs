namespace Holdfast.Http.Fuzz;

/// <summary>Makes new inputs from the corpus, the same ones for the same seed.</summary>
internal sealed class Mutator(int seed, IReadOnlyList<byte[]> corpus)
{
    private const int MostBytes = 2048;

    // What means something to a parser of HTTP.
    private static readonly byte[][] Words =
    [
        "\r\n"u8.ToArray(),
        "\r\n\r\n"u8.ToArray(),
        "\n"u8.ToArray(),
        "\r"u8.ToArray(),
        "\0"u8.ToArray(),
        " "u8.ToArray(),
        "\t"u8.ToArray(),
        ":"u8.ToArray(),
        ","u8.ToArray(),
        ";"u8.ToArray(),
        "0"u8.ToArray(),
        "ffffffffffffffff"u8.ToArray(),
        "18446744073709551616"u8.ToArray(),
        "HTTP/1.1"u8.ToArray(),
        "HTTP/1.0"u8.ToArray(),
        "Host: example.com\r\n"u8.ToArray(),
        "Content-Length: 5\r\n"u8.ToArray(),
        "Transfer-Encoding: chunked\r\n"u8.ToArray(),
        "Connection: close\r\n"u8.ToArray(),
        "Expect: 100-continue\r\n"u8.ToArray(),
        "http://example.com"u8.ToArray(),
        "0\r\n\r\n"u8.ToArray(),
        "\u0080\u00ff"u8.ToArray(),
    ];

    private readonly Random _random = new(seed);

    /// <summary>How the next input is to be cut, and other choices that must follow from the seed.</summary>
    public Random Random => _random;

    /// <summary>The next input.</summary>
    public byte[] Next()
    {
        var bytes = new List<byte>(corpus[_random.Next(corpus.Count)]);
        for (var changes = _random.Next(1, 6); changes > 0; changes--)
        {
            Change(bytes);
        }

        if (bytes.Count > MostBytes)
        {
            bytes.RemoveRange(MostBytes, bytes.Count - MostBytes);
        }

        return [.. bytes];
    }

    private void Change(List<byte> bytes)
    {
        var place = _random.Next(bytes.Count + 1);
        var length = Math.Min(_random.Next(1, 17), bytes.Count - place);
        switch (_random.Next(8))
        {
            case 0:
                bytes.Insert(place, (byte)_random.Next(256));
                break;
            case 1:
                bytes.InsertRange(place, Words[_random.Next(Words.Length)]);
                break;
            case 2 when length > 0:
                bytes[place] = (byte)_random.Next(256);
                break;
            case 3 when length > 0:
                bytes[place] ^= (byte)(1 << _random.Next(8));
                break;
            case 4:
                bytes.RemoveRange(place, length);
                break;
            case 5:
                bytes.InsertRange(place, bytes.GetRange(place, length));
                break;
            case 6:
                // A part of another case at this place.
                var other = corpus[_random.Next(corpus.Count)];
                var from = _random.Next(other.Length + 1);
                bytes.InsertRange(place, other[from..Math.Min(other.Length, from + 64)]);
                break;
            default:
                bytes.RemoveRange(place, bytes.Count - place);
                break;
        }
    }
}
