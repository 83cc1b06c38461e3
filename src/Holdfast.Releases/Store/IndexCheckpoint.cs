using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Holdfast.Releases.Store;

/// <summary>
/// The index as a file, so that a start reads 64 bytes of each artifact instead of its release. It covers the segments up to stated
/// lengths; what was written behind them is scanned. One checksum over all of it: a file that does not match is not used, and all
/// segments are scanned. It is believed only about where things lie; whether a release is genuine says its own signature.
/// </summary>
internal static class IndexCheckpoint
{
    private static readonly byte[] Magic = "holdfast-index-1"u8.ToArray();

    /// <summary>What a checkpoint covers of one segment.</summary>
    public readonly record struct Covered(int Segment, long Bytes, long LiveBytes);

    /// <summary>Writes the file.</summary>
    /// <exception cref="IOException">The disk is full, read-only, or fails; the file is then as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory is not ours to write to.</exception>
    public static void Write(string path, ArtifactIndex index, long position, IReadOnlyList<Covered> segments) =>
        AtomicFile.Write(
            path,
            file =>
            {
                using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                var head = new byte[Magic.Length + 16 + (segments.Count * 20)];
                Magic.CopyTo(head, 0);
                var rest = head.AsSpan(Magic.Length);
                BinaryPrimitives.WriteInt64LittleEndian(rest, position);
                BinaryPrimitives.WriteInt32LittleEndian(rest[8..], segments.Count);
                BinaryPrimitives.WriteInt32LittleEndian(rest[12..], index.Count);
                rest = rest[16..];
                foreach (var covered in segments)
                {
                    BinaryPrimitives.WriteInt32LittleEndian(rest, covered.Segment);
                    BinaryPrimitives.WriteInt64LittleEndian(rest[4..], covered.Bytes);
                    BinaryPrimitives.WriteInt64LittleEndian(rest[12..], covered.LiveBytes);
                    rest = rest[20..];
                }

                Put(head);
                for (var number = 0; number < index.Count; number += ArtifactIndex.ChunkEntries)
                {
                    var entries = Math.Min(ArtifactIndex.ChunkEntries, index.Count - number);
                    Put(MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(ref index[number], entries)));
                }

                file.Write(hash.GetHashAndReset());

                void Put(ReadOnlySpan<byte> bytes)
                {
                    hash.AppendData(bytes);
                    file.Write(bytes);
                }
            }
        );

    /// <summary>Reads the file into an index.</summary>
    /// <param name="path">The file.</param>
    /// <param name="index">Gets the entries; it must be empty, and is of no use when there is a problem.</param>
    /// <param name="position">The position that everything in it covers.</param>
    /// <param name="segments">What it covers.</param>
    /// <returns>Null, or why the file cannot be used.</returns>
    public static string? Read(string path, ArtifactIndex index, out long position, out IReadOnlyList<Covered> segments)
    {
        position = 0;
        segments = [];
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 20);
            return ReadAll(file, index, out position, out segments);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"it cannot be read: {e.Message}";
        }
    }

    private static string? ReadAll(Stream file, ArtifactIndex index, out long position, out IReadOnlyList<Covered> segments)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        position = 0;
        segments = [];
        var head = new byte[Magic.Length + 16];
        file.ReadExactly(head);
        hash.AppendData(head);
        var rest = head.AsSpan(Magic.Length);
        var segmentCount = BinaryPrimitives.ReadInt32LittleEndian(rest[8..]);
        var entries = BinaryPrimitives.ReadInt32LittleEndian(rest[12..]);
        var expected = head.Length + (segmentCount * 20L) + ((long)entries * Unsafe.SizeOf<ArtifactEntry>()) + SHA256.HashSizeInBytes;
        if (!head.AsSpan(0, Magic.Length).SequenceEqual(Magic) || segmentCount < 0 || entries < 0 || file.Length != expected)
        {
            return "it is no index of this format, or cut off";
        }

        position = BinaryPrimitives.ReadInt64LittleEndian(rest);
        var covered = new Covered[segmentCount];
        var bytes = new byte[segmentCount * 20];
        file.ReadExactly(bytes);
        hash.AppendData(bytes);
        for (var i = 0; i < segmentCount; i++)
        {
            var at = bytes.AsSpan(i * 20);
            covered[i] = new Covered(
                BinaryPrimitives.ReadInt32LittleEndian(at),
                BinaryPrimitives.ReadInt64LittleEndian(at[4..]),
                BinaryPrimitives.ReadInt64LittleEndian(at[12..])
            );
        }

        index.Reserve(entries);
        var buffer = new ArtifactEntry[Math.Min(entries, ArtifactIndex.ChunkEntries)];
        for (var number = 0; number < entries; number += buffer.Length)
        {
            var some = buffer.AsSpan(0, Math.Min(buffer.Length, entries - number));
            file.ReadExactly(MemoryMarshal.AsBytes(some));
            hash.AppendData(MemoryMarshal.AsBytes(some));
            foreach (ref var entry in some)
            {
                index.Add(entry);
            }
        }

        var checksum = new byte[SHA256.HashSizeInBytes];
        file.ReadExactly(checksum);
        segments = covered;
        return checksum.AsSpan().SequenceEqual(hash.GetHashAndReset()) ? null : "its checksum does not match: it is damaged";
    }
}
