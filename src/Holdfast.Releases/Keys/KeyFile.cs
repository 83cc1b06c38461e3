using System.Security.Cryptography;
using Holdfast.Releases.Store;

namespace Holdfast.Releases.Keys;

/// <summary>Small secret files: readable by their owner only, made at most once, whole or not at all.</summary>
public static class KeyFile
{
    /// <summary>Largest key file that is read, in bytes: a PEM key takes a few hundred.</summary>
    public const int MaxBytes = 16 * 1024;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode Others =
        UnixFileMode.GroupRead
        | UnixFileMode.GroupWrite
        | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead
        | UnixFileMode.OtherWrite
        | UnixFileMode.OtherExecute;

    /// <summary>Reads a key file that nobody but its owner may read or write.</summary>
    /// <exception cref="KeyFileException">It is missing, empty, too large, unreadable, or open to its group or to others.</exception>
    public static byte[] Read(string path)
    {
        try
        {
            var mode = File.GetUnixFileMode(path);
            if ((mode & Others) != 0)
            {
                throw new KeyFileException(path, $"its mode is {Octal(mode)}, so others than its owner can use it; run: chmod 600 {path}");
            }

            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (stream.Length is 0 or > MaxBytes)
            {
                throw new KeyFileException(path, $"it has {stream.Length} bytes; a key file has 1 to {MaxBytes}");
            }

            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeyFileException(path, $"it cannot be read: {e.Message}", e);
        }
    }

    /// <summary>
    /// Reads the file, or makes it with these bytes when there is none. Several processes may do this at once: one of them makes the
    /// file and all of them get the same bytes.
    /// </summary>
    /// <param name="path">The file; its directory is made with mode 0700 when it is missing.</param>
    /// <param name="create">Gives the new file's bytes.</param>
    /// <exception cref="KeyFileException">It cannot be read or made.</exception>
    public static byte[] ReadOrCreate(string path, Func<byte[]> create)
    {
        if (!File.Exists(path))
        {
            TryCreate(path, create());
        }

        return Read(path);
    }

    /// <summary>A file of random bytes, made when it is missing.</summary>
    /// <exception cref="KeyFileException">It cannot be read or made, or it has another length.</exception>
    public static byte[] ReadOrCreateRandom(string path, int length)
    {
        return OfLength(path, ReadOrCreate(path, () => RandomNumberGenerator.GetBytes(length)), length);
    }

    /// <summary>A file of exactly so many bytes.</summary>
    /// <exception cref="KeyFileException">It cannot be read, or it has another length.</exception>
    public static byte[] ReadExactly(string path, int length) => OfLength(path, Read(path), length);

    /// <summary>Makes the file or gives it new contents, whole or not at all, also after a power cut.</summary>
    /// <exception cref="KeyFileException">It cannot be written; what was there is still there.</exception>
    public static void Replace(string path, byte[] bytes)
    {
        try
        {
            AtomicFile.Write(path, stream => stream.Write(bytes));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeyFileException(path, $"it cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Gives a file another's place, also after a power cut.</summary>
    /// <exception cref="KeyFileException">It cannot be moved; both are as they were.</exception>
    public static void Move(string source, string destination)
    {
        try
        {
            File.Move(source, destination, overwrite: true);
            AtomicFile.FlushDirectory(Path.GetDirectoryName(destination)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeyFileException(source, $"it cannot take the place of {destination}: {e.Message}", e);
        }
    }

    /// <summary>Makes the file unless there is one already.</summary>
    /// <returns>Whether this call made it.</returns>
    /// <exception cref="KeyFileException">It cannot be made.</exception>
    public static bool TryCreate(string path, ReadOnlySpan<byte> bytes)
    {
        var temporary = $"{path}.{Environment.ProcessId}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}.tmp";
        try
        {
            CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = OwnerOnly,
            };
            using (var stream = new FileStream(temporary, options))
            {
                stream.Write(bytes);
                stream.Flush(flushToDisk: true);
            }

            // Of two processes exactly one wins, and nobody sees half a file.
            return ExclusiveMove.TryMove(temporary, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            File.Delete(temporary);
            throw new KeyFileException(path, $"it cannot be made: {e.Message}", e);
        }
    }

    /// <summary>Makes a directory that only its owner can enter (mode 0700); one that exists stays as it is.</summary>
    public static void CreateDirectory(string path) =>
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    private static byte[] OfLength(string path, byte[] bytes, int length) =>
        bytes.Length == length
            ? bytes
            : throw new KeyFileException(path, $"it has {bytes.Length} bytes instead of {length}; put the right file back from a backup");

    private static string Octal(UnixFileMode mode) => "0" + Convert.ToString((int)mode, 8);
}
