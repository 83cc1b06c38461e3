using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Cache.Fields;
using Holdfast.Cache.Storage;

namespace Holdfast.Cache.Ranges;

/// <summary>The body of a 206 with several parts (RFC 9110 section 14.6): before each part's bytes its head, behind the last one the end.</summary>
public sealed class MultipartRanges
{
    internal MultipartRanges(StoredResponse stored, IReadOnlyList<ByteRange> ranges)
    {
        // Nobody who can write into the body can know it beforehand.
        var boundary = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var type = stored.Find(FieldName.ContentType);
        var typeLine = type.IsEmpty ? "" : $"Content-Type: {Encoding.Latin1.GetString(type)}\r\n";
        ContentType = Encoding.ASCII.GetBytes($"multipart/byteranges; boundary={boundary}");
        Ranges = [.. ranges];
        Heads =
        [
            .. ranges.Select(r =>
                Encoding.Latin1.GetBytes(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"\r\n--{boundary}\r\n{typeLine}Content-Range: bytes {r.Start}-{r.End - 1}/{stored.BodyLength}\r\n\r\n"
                    )
                )
            ),
        ];
        End = Encoding.ASCII.GetBytes($"\r\n--{boundary}--\r\n");
        Length = Ranges.Sum(r => r.Length) + Heads.Sum(h => h.Length) + End.Length;
    }

    /// <summary>The value of Content-Type, in the place of the whole's.</summary>
    public byte[] ContentType { get; }

    /// <summary>The parts of the whole, in order.</summary>
    public ImmutableArray<ByteRange> Ranges { get; }

    /// <summary>What stands before the bytes of each.</summary>
    public ImmutableArray<byte[]> Heads { get; }

    /// <summary>What stands behind the last.</summary>
    public byte[] End { get; }

    /// <summary>How many bytes all of it has.</summary>
    public long Length { get; }
}
