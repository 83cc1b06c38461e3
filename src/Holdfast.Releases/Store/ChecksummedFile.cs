using System.Security.Cryptography;
using System.Text;

namespace Holdfast.Releases.Store;

/// <summary>A file whose first line tells what it is and the SHA-256 of the rest, so that bit rot and half a file are noticed.</summary>
internal static class ChecksummedFile
{
    private const int MaxHead = 128;

    /// <summary>Reads the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="magic">What its first line begins with.</param>
    /// <param name="maxBytes">Most bytes of body.</param>
    /// <param name="problem">Null, or why the file cannot be used.</param>
    /// <returns>The body, empty when there is a problem.</returns>
    public static byte[] Read(string path, string magic, int maxBytes, out string? problem)
    {
        byte[] bytes;
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (stream.Length > maxBytes + MaxHead)
            {
                problem = $"it has {stream.Length} bytes; at most {maxBytes} are expected";
                return [];
            }

            bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = $"it cannot be read: {e.Message}";
            return [];
        }

        var end = bytes.AsSpan(0, Math.Min(bytes.Length, MaxHead)).IndexOf((byte)'\n');
        if (end < 0 || !bytes.AsSpan(0, end).StartsWith(Encoding.ASCII.GetBytes(magic)))
        {
            problem = bytes.Length == 0 ? "it is empty" : $"it does not begin with '{magic}'";
            return [];
        }

        var body = bytes[(end + 1)..];
        if (!bytes.AsSpan(0, end + 1).SequenceEqual(Encoding.ASCII.GetBytes(Head(magic, body))))
        {
            problem = "its checksum does not match: it is truncated or damaged";
            return [];
        }

        problem = null;
        return body;
    }

    private static string Head(string magic, ReadOnlySpan<byte> body) => $"{magic} {Convert.ToHexStringLower(SHA256.HashData(body))}\n";
}
