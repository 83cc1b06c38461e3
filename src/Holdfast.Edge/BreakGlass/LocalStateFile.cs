using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Holdfast.Releases.Keys;

namespace Holdfast.Edge.BreakGlass;

/// <summary>
/// Where <see cref="LocalState"/> survives: <c>edges/NAME/break-glass</c>, its SHA-256 in the first line, mode 0600, and the one before it in
/// <c>break-glass.before</c>, which counts when the newer one is damaged.
/// </summary>
/// <param name="directory">The edge's directory.</param>
internal sealed class LocalStateFile(string directory)
{
    private const string Magic = "holdfast-break-glass 1 ";
    private const int MostBytes = 8 * 1024 * 1024;

    private readonly string _path = Path.Combine(directory, "break-glass");

    private string Before => _path + ".before";

    /// <summary>Reads it.</summary>
    /// <param name="problem">What could not be read, or null.</param>
    /// <returns>The state; the one before where the newest is damaged; nothing ordered where there is neither.</returns>
    public LocalState Read(out string? problem)
    {
        if (TryRead(_path, out problem) is { } newest)
        {
            return newest;
        }

        if (TryRead(Before, out var worse) is { } before)
        {
            return before;
        }

        problem ??= worse;
        return LocalState.Empty;
    }

    /// <summary>Writes it, whole or not at all.</summary>
    /// <exception cref="KeyFileException">The disk is full, read-only, or fails; what was there is still there.</exception>
    public void Write(LocalState state)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(state, NodeJsonContext.Default.LocalState);
        KeyFile.CreateDirectory(directory);
        if (TryRead(_path, out _) is not null)
        {
            KeyFile.Replace(Before, File.ReadAllBytes(_path));
        }

        KeyFile.Replace(_path, [.. Encoding.ASCII.GetBytes(HeadOf(body)), .. body]);
    }

    private static LocalState? TryRead(string path, out string? problem)
    {
        problem = null;
        try
        {
            if (!File.Exists(path))
            {
                return null;
            }

            var bytes = new FileInfo(path).Length <= MostBytes ? File.ReadAllBytes(path) : [];
            var end = Array.IndexOf(bytes, (byte)'\n');
            var body = bytes.AsSpan(end + 1);
            if (end >= 0 && bytes.AsSpan(0, end + 1).SequenceEqual(Encoding.ASCII.GetBytes(HeadOf(body))))
            {
                return JsonSerializer.Deserialize(body, NodeJsonContext.Default.LocalState);
            }

            problem = $"{path}: it is damaged, or has more than {MostBytes} bytes";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            problem = $"{path}: it cannot be read: {e.Message}";
        }

        return null;
    }

    private static string HeadOf(ReadOnlySpan<byte> body) => $"{Magic}{Convert.ToHexStringLower(SHA256.HashData(body))}\n";
}
