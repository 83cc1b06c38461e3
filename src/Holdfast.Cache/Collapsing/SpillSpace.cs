namespace Holdfast.Cache.Collapsing;

/// <summary>
/// Where bodies go that are too large for memory, or that somebody is too slow for: files that nobody else can see, because they
/// have no name any more. Thread-safe.
/// </summary>
/// <param name="directory">A directory on the edge's disk, made when it is first needed; null: there is no disk for that.</param>
/// <param name="mostBytes">What all of them may take together.</param>
/// <param name="fileBytes">What one of them may take: so far behind may a reader be.</param>
public sealed class SpillSpace(string? directory, long mostBytes = SpillSpace.MostBytes, long fileBytes = SpillSpace.FileBytes)
{
    /// <summary>What all of them may take together: 1 GiB, so that slow visitors cannot fill a disk.</summary>
    public const long MostBytes = 1024L * 1024 * 1024;

    /// <summary>What one of them may take: 256 MiB.</summary>
    public const long FileBytes = 256L * 1024 * 1024;

    private long _bytes;
    private long _failures;

    /// <summary>How many bytes they take now.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>What one of them may take.</summary>
    internal long LargestFile => fileBytes;

    /// <summary>How often there was no room on the disk, or no disk: some visitor was too far behind then, and was cut off.</summary>
    public long Failures => Volatile.Read(ref _failures);

    /// <summary>Keeps room for a whole body.</summary>
    /// <returns>Whether there is that much left. It is given back by <see cref="GiveBack"/>, or with the file that is opened for it.</returns>
    internal bool TryReserve(long bytes) => directory is not null && TryTake(bytes);

    /// <summary>A new file, or null when there can be none.</summary>
    /// <param name="reserved">What is kept for it, so that it can hold that much; 0 for a ring of the size that a file may have.</param>
    internal SpillFile? Open(long reserved = 0)
    {
        if (directory is null)
        {
            Fail();
            return null;
        }

        try
        {
            Directory.CreateDirectory(directory);
            var path = Path.Combine(directory, $"spill-{Guid.NewGuid():N}");
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                Share = FileShare.ReadWrite | FileShare.Delete,
                Options = FileOptions.Asynchronous,
                BufferSize = 0,
            };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            var file = new FileStream(path, options);

            // It lives as long as it is open: nothing is left behind, however this process ends.
            File.Delete(path);
            return new SpillFile(file, reserved > 0 ? reserved : fileBytes, this, reserved);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Fail();
            return null;
        }
    }

    internal bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _bytes, bytes) <= mostBytes)
        {
            return true;
        }

        Interlocked.Add(ref _bytes, -bytes);
        return false;
    }

    internal void GiveBack(long bytes) => Interlocked.Add(ref _bytes, -bytes);

    internal void Fail() => Interlocked.Increment(ref _failures);
}
