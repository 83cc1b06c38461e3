using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Edge.Reporting;

/// <summary>
/// The log's file: opened when it is first written to, rotated by size, opened again when somebody moved, removed or emptied it. Used by
/// one thread at a time.
/// </summary>
internal sealed class AccessLogFile : IDisposable
{
    private const UnixFileMode FileMode0640 = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
    private const UnixFileMode DirectoryMode0750 =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;

    private readonly AccessLogOptions _options;
    private SafeFileHandle? _handle;

    public AccessLogFile(AccessLogOptions options)
    {
        _options = options;
        Path = System.IO.Path.Combine(options.Directory, options.Node + ".jsonl");
    }

    /// <summary>The file's path.</summary>
    public string Path { get; }

    /// <summary>Makes sure that the path leads to an open file. To be called before some lines are appended, not for each.</summary>
    /// <exception cref="IOException">The disk is full, the directory cannot be made, and so on.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory or file is not ours to write.</exception>
    public void Prepare() => Open();

    /// <summary>
    /// Appends whole lines. After an exception none of them is in the file, as far as the file system lets us take them back. Not
    /// asynchronous: .NET would only move the same system call to another pool thread, which costs more than it does.
    /// </summary>
    /// <exception cref="IOException">The disk is full, the directory cannot be made, and so on.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory or file is not ours to write.</exception>
    public void Append(ReadOnlySpan<byte> lines)
    {
        var handle = _handle ?? Open();
        var length = RandomAccess.GetLength(handle);
        if (length >= _options.MaxFileBytes)
        {
            Rotate();
            handle = Open();
            length = RandomAccess.GetLength(handle);
        }

        try
        {
            RandomAccess.Write(handle, lines, length);
        }
        catch (Exception e) when (e is IOException or ArgumentOutOfRangeException)
        {
            TakeBack(handle, length);
            throw;
        }
    }

    public void Dispose()
    {
        _handle?.Dispose();
        _handle = null;
    }

    private SafeFileHandle Open()
    {
        if (_handle is { } open && IsStillAtPath(open))
        {
            return open;
        }

        Dispose();
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(_options.Directory);
        }
        else
        {
            Directory.CreateDirectory(_options.Directory, DirectoryMode0750);
        }

        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = FileMode0640;
        }

        using var created = new FileStream(Path, options);
        var handle = File.OpenHandle(Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        AppendOnly.Set(handle);
        EndLastLine(created, handle);
        _handle = handle;
        return handle;
    }

    /// <summary>Whether the path still leads to the open file: another file, or none, would have another length.</summary>
    private bool IsStillAtPath(SafeFileHandle handle)
    {
        var file = new FileInfo(Path);
        return file.Exists && file.Length == RandomAccess.GetLength(handle);
    }

    /// <summary>
    /// A process that was killed while it wrote may have left half a line: what follows must not be glued to it. What looks like half a
    /// line may also be another process's write that goes on right now; appended, the line end then comes behind all of it.
    /// </summary>
    private static void EndLastLine(FileStream file, SafeFileHandle append)
    {
        if (file.Length > 0)
        {
            file.Position = file.Length - 1;
            if (file.ReadByte() != '\n')
            {
                RandomAccess.Write(append, "\n"u8, file.Length);
            }
        }
    }

    private void Rotate()
    {
        Dispose();
        File.Delete(Kept(_options.KeptFiles));
        for (var i = _options.KeptFiles - 1; i >= 1; i--)
        {
            if (File.Exists(Kept(i)))
            {
                File.Move(Kept(i), Kept(i + 1), overwrite: true);
            }
        }

        if (_options.KeptFiles > 0)
        {
            File.Move(Path, Kept(1), overwrite: true);
        }
        else
        {
            File.Delete(Path);
        }
    }

    private string Kept(int number) => Path + "." + number.ToString(CultureInfo.InvariantCulture);

    private static void TakeBack(SafeFileHandle handle, long length)
    {
        try
        {
            RandomAccess.SetLength(handle, length);
        }
        catch (Exception e) when (e is IOException or ArgumentException)
        {
            // The disk that failed the write fails this too, or a limit of the file's size does (EFBIG, an ArgumentException here). Half a line stays behind and is ended when the file is opened next.
            handle.Dispose();
        }
    }

    /// <summary>
    /// O_APPEND, which .NET does not offer: an edge that still drains while its successor starts, and a logrotate with copytruncate,
    /// then cannot make one line overwrite another.
    /// </summary>
    private static class AppendOnly
    {
        private const int SetStatusFlags = 4;
        private const int Append = 0x400;

        public static void Set(SafeFileHandle handle)
        {
            if (OperatingSystem.IsLinux() && Fcntl(handle, SetStatusFlags, Append) != 0)
            {
                throw new IOException($"the log's file cannot be opened for appending: {Marshal.GetLastPInvokeErrorMessage()}");
            }
        }

        [DllImport("libc", EntryPoint = "fcntl", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int Fcntl(SafeFileHandle handle, int command, int argument);
    }
}
