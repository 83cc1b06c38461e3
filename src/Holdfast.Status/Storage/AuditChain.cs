using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Holdfast.Status.Storage;

/// <summary>
/// The audit log's chain: each line's hash is over the line and the hash before it, so that a line that is changed, put in or taken out
/// breaks it. Who holds the file can write a whole new chain; against that, keep the newest hash elsewhere.
/// </summary>
internal static class AuditChain
{
    /// <summary>SHA-256 over the hash before (nothing before the first) and the line's fields, each with its length before it.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> before, AuditLine line)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(before);
        Number(hash, line.Sequence);
        Number(hash, line.At.ToUnixTimeMilliseconds());
        foreach (var text in new[] { line.Who, line.Action, line.Subject, line.Before, line.After })
        {
            if (text is null)
            {
                Number(hash, -1);
                continue;
            }

            var bytes = Encoding.UTF8.GetBytes(text);
            Number(hash, bytes.Length);
            hash.AppendData(bytes);
        }

        return hash.GetHashAndReset();
    }

    /// <summary>Follows the chain.</summary>
    /// <param name="lines">Every line with its hash, oldest first.</param>
    public static AuditCheck Check(IEnumerable<(AuditLine Line, byte[] Hash)> lines)
    {
        var count = 0L;
        byte[] head = [];
        foreach (var (line, hash) in lines)
        {
            if (line.Sequence != count + 1 || !hash.AsSpan().SequenceEqual(Hash(head, line)))
            {
                return new AuditCheck(count, Convert.ToHexStringLower(head), count + 1);
            }

            (count, head) = (line.Sequence, hash);
        }

        return new AuditCheck(count, Convert.ToHexStringLower(head), null);
    }

    private static void Number(IncrementalHash hash, long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        hash.AppendData(bytes);
    }
}

/// <summary>What following the chain found.</summary>
/// <param name="Lines">Lines that fit, from the first on.</param>
/// <param name="Head">The last fitting line's hash, hexadecimal; empty without lines.</param>
/// <param name="BrokenAt">The number of the first line that does not fit or is missing; null when all do.</param>
internal sealed record AuditCheck(long Lines, string Head, long? BrokenAt);
