using System.Runtime.InteropServices;

namespace Holdfast.Releases.Store;

/// <summary>Files that are there whole or not at all, also after a power cut.</summary>
internal static class AtomicFile
{
    /// <summary>The end of temporary files' names; what a crash leaves of them goes with the next pruning.</summary>
    public const string TemporarySuffix = ".tmp";

    /// <summary>O_RDONLY and O_CLOEXEC, the same on x64 and arm64.</summary>
    private const int OpenReadOnly = 0x80000;

    /// <summary>Writes beside the file, flushes it to the disk, renames it, and flushes the directory.</summary>
    /// <exception cref="IOException">The disk is full, read-only, or fails; the file is then as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory is not ours to write to.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        var temporary = path + TemporarySuffix;
        try
        {
            var options = new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            };
            using (var stream = new FileStream(temporary, options))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            TryDelete(temporary);
            throw;
        }

        FlushDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>Deletes if possible; a file that stays is found again at the next start.</summary>
    public static bool TryDelete(string path)
    {
        try
        {
            File.Delete(path);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Makes the renames in a directory durable (fsync(2) on the directory; .NET cannot open directories).</summary>
    public static void FlushDirectory(string directory)
    {
        var handle = Open(directory, OpenReadOnly);
        if (handle < 0)
        {
            throw new IOException($"cannot open {directory}: error {Marshal.GetLastPInvokeError()}");
        }

        try
        {
            // EINVAL: a file system that cannot flush directories keeps renames in order by itself.
            if (FSync(handle) != 0 && Marshal.GetLastPInvokeError() != 22)
            {
                throw new IOException($"cannot flush {directory}: error {Marshal.GetLastPInvokeError()}");
            }
        }
        finally
        {
            _ = Close(handle);
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int FSync(int handle);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int Close(int handle);
}
