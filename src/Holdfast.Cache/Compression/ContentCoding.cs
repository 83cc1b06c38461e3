namespace Holdfast.Cache.Compression;

/// <summary>The content codings that the edge makes (RFC 9110 section 8.4.1, RFC 7932, RFC 8878).</summary>
public enum ContentCoding : byte
{
    /// <summary>None.</summary>
    Identity,

    /// <summary><c>gzip</c>.</summary>
    Gzip,

    /// <summary><c>br</c>.</summary>
    Brotli,

    /// <summary><c>zstd</c>.</summary>
    Zstd,
}

/// <summary>The names of the codings, and which of them a visitor takes.</summary>
public static class ContentCodings
{
    private const int Codings = 4;

    /// <summary>The token in Content-Encoding.</summary>
    public static ReadOnlySpan<byte> NameOf(ContentCoding coding) =>
        coding switch
        {
            ContentCoding.Gzip => "gzip"u8,
            ContentCoding.Brotli => "br"u8,
            ContentCoding.Zstd => "zstd"u8,
            _ => "identity"u8,
        };

    /// <summary>
    /// The coding that a visitor likes best (RFC 9110 section 12.5.3). Where several have the same weight, the order is br, zstd, gzip: by
    /// size at the levels that the edge uses. Identity when none is acceptable: a server may then send without a coding all the same.
    /// </summary>
    /// <param name="acceptEncoding">The value of Accept-Encoding; empty without one, which gets identity.</param>
    /// <param name="brotli">Whether br is offered.</param>
    public static ContentCoding Choose(ReadOnlySpan<byte> acceptEncoding, bool brotli)
    {
        Span<int> weights = stackalloc int[Codings];
        var any = ReadWeights(acceptEncoding, weights);
        var best = ContentCoding.Identity;
        var bestWeight = 0;
        foreach (var coding in (ReadOnlySpan<ContentCoding>)[ContentCoding.Brotli, ContentCoding.Zstd, ContentCoding.Gzip])
        {
            var weight = weights[(int)coding] >= 0 ? weights[(int)coding] : any;
            if (weight > bestWeight && (coding != ContentCoding.Brotli || brotli))
            {
                (best, bestWeight) = (coding, weight);
            }
        }

        // Identity that is named with a higher weight is a wish, too.
        return weights[(int)ContentCoding.Identity] > bestWeight ? ContentCoding.Identity : best;
    }

    /// <summary>Whether a visitor takes a coding, however much it likes it.</summary>
    /// <param name="acceptEncoding">The value of Accept-Encoding.</param>
    /// <param name="coding">The coding.</param>
    public static bool Takes(ReadOnlySpan<byte> acceptEncoding, ContentCoding coding)
    {
        Span<int> weights = stackalloc int[Codings];
        var any = ReadWeights(acceptEncoding, weights);
        return (weights[(int)coding] >= 0 ? weights[(int)coding] : any) > 0;
    }

    // Weights in thousandths; -1 where nothing was said. What is said of all others is returned.
    private static int ReadWeights(ReadOnlySpan<byte> acceptEncoding, Span<int> weights)
    {
        weights.Fill(-1);
        var any = -1;
        var members = new Fields.FieldList(acceptEncoding);
        while (members.MoveNext())
        {
            var member = members.Current;
            var semicolon = member.IndexOf((byte)';');
            var name = Fields.Octets.Trim(semicolon < 0 ? member : member[..semicolon]);
            var weight = semicolon < 0 ? 1000 : WeightOf(member[(semicolon + 1)..]);
            if (name is [(byte)'*'])
            {
                any = weight;
            }
            else if (TryFind(name, out var coding))
            {
                weights[(int)coding] = weight;
            }
        }

        return any;
    }

    private static bool TryFind(ReadOnlySpan<byte> name, out ContentCoding coding)
    {
        for (coding = ContentCoding.Identity; (int)coding < Codings; coding++)
        {
            if (System.Text.Ascii.EqualsIgnoreCase(name, NameOf(coding)))
            {
                return true;
            }
        }

        // RFC 9110 section 8.4.1.3.
        coding = ContentCoding.Gzip;
        return System.Text.Ascii.EqualsIgnoreCase(name, "x-gzip"u8);
    }

    // OWS "q=" qvalue; what is none counts as not acceptable.
    private static int WeightOf(ReadOnlySpan<byte> parameter)
    {
        parameter = Fields.Octets.Trim(parameter);
        if (parameter.Length is < 3 or > 7 || (parameter[0] | 0x20) != 'q' || parameter[1] != '=')
        {
            return 0;
        }

        var weight = parameter[2] is (byte)'0' or (byte)'1' ? (parameter[2] - '0') * 1000 : -1;
        var unit = 100;
        for (var i = 4; i < parameter.Length; i++, unit /= 10)
        {
            if (weight < 0 || parameter[3] != '.' || parameter[i] is < (byte)'0' or > (byte)'9')
            {
                return 0;
            }

            weight += (parameter[i] - '0') * unit;
        }

        return weight is >= 0 and <= 1000 && (parameter.Length == 3 || parameter[3] == '.') ? weight : 0;
    }
}
