using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Holdfast.Releases.Signing;

/// <summary>
/// One signature for many releases: a Merkle tree over their headers, whose root is signed. Each release carries the signature, its
/// place, and the hashes beside its way to the root, so that it can be checked without the others. Whoever reads many of one tree
/// checks its root once.
/// </summary>
internal static class SignatureTree
{
    /// <summary>Most releases under one signature: a proof then has ten hashes, 320 bytes.</summary>
    public const int MaxLeaves = 1024;

    /// <summary>Bytes of a plain signature, and of the one at the beginning of a proof.</summary>
    public const int SignatureBytes = 64;

    private const int HashBytes = 32;
    private const int MaxDepth = 10;
    private const int ProofStart = SignatureBytes + sizeof(ushort);

    /// <summary>Signatures for the releases with these headers, in the same order.</summary>
    /// <param name="headers">2 to <see cref="MaxLeaves"/> headers.</param>
    /// <param name="sign">Signs what stands for the root.</param>
    public static byte[][] Sign(IReadOnlyList<byte[]> headers, Func<byte[], byte[]> sign)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(headers.Count, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(headers.Count, MaxLeaves);

        // Levels from the leaves up; where a level is odd, a hash that no header can have stands in.
        var levels = new List<byte[][]> { headers.Select(header => Leaf(header)).ToArray() };
        while (levels[^1].Length > 1)
        {
            var below = levels[^1];
            var level = new byte[(below.Length + 1) / 2][];
            for (var i = 0; i < level.Length; i++)
            {
                level[i] = Node(below[2 * i], (2 * i) + 1 < below.Length ? below[(2 * i) + 1] : new byte[HashBytes]);
            }

            levels.Add(level);
        }

        var signature = sign(Statement(levels[^1][0]));
        var signatures = new byte[headers.Count][];
        for (var leaf = 0; leaf < headers.Count; leaf++)
        {
            var proof = new byte[ProofStart + ((levels.Count - 1) * HashBytes)];
            signature.CopyTo(proof, 0);
            BinaryPrimitives.WriteUInt16BigEndian(proof.AsSpan(SignatureBytes), (ushort)leaf);
            for (var level = 0; level < levels.Count - 1; level++)
            {
                var beside = (leaf >> level) ^ 1;
                if (beside < levels[level].Length)
                {
                    levels[level][beside].CopyTo(proof, ProofStart + (level * HashBytes));
                }
            }

            signatures[leaf] = proof;
        }

        return signatures;
    }

    /// <summary>Whether the bytes have the form of a proof.</summary>
    public static bool IsProof(ReadOnlySpan<byte> signature)
    {
        var hashes = signature.Length - ProofStart;
        if (hashes < HashBytes || hashes % HashBytes != 0 || hashes / HashBytes > MaxDepth)
        {
            return false;
        }

        return BinaryPrimitives.ReadUInt16BigEndian(signature[SignatureBytes..]) < 1 << (hashes / HashBytes);
    }

    /// <summary>What was signed if the proof belongs to this header: the bytes that stand for the root it leads to.</summary>
    /// <param name="header">The release's header.</param>
    /// <param name="proof">A proof, see <see cref="IsProof"/>.</param>
    public static byte[] SignedBy(ReadOnlySpan<byte> header, ReadOnlySpan<byte> proof)
    {
        var place = BinaryPrimitives.ReadUInt16BigEndian(proof[SignatureBytes..]);
        var hash = Leaf(header);
        for (var rest = proof[ProofStart..]; !rest.IsEmpty; rest = rest[HashBytes..])
        {
            hash = (place & 1) == 0 ? Node(hash, rest[..HashBytes]) : Node(rest[..HashBytes], hash);
            place >>= 1;
        }

        return Statement(hash);
    }

    // The first byte keeps leaves and inner nodes apart, so that no inner node can be passed off as a release (RFC 6962 section 2.1).
    private static byte[] Leaf(ReadOnlySpan<byte> header) => SHA256.HashData([0, .. header]);

    private static byte[] Node(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) => SHA256.HashData([1, .. left, .. right]);

    // Never the beginning of a single release's header: a signature for the one is none for the other.
    private static byte[] Statement(ReadOnlySpan<byte> root) => [.. "holdfast-release-tree-v1|"u8, .. root];
}
