using Holdfast.Cli.Settings;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Supervision;

/// <summary>
/// One <c>up</c> a data directory: the lock (flock(2), which FileShare.None takes) lasts as long as the process and not a moment longer,
/// also when it is killed. Children do not inherit it.
/// </summary>
internal sealed class DataDirectoryLock : IDisposable
{
    private readonly FileStream file;

    private DataDirectoryLock(FileStream file) => this.file = file;

    /// <summary>Takes the lock.</summary>
    /// <exception cref="CliFailure">Another <c>up</c> runs on the directory, or it cannot be written to.</exception>
    public static DataDirectoryLock Take(DataDirectory data)
    {
        try
        {
            return new DataDirectoryLock(
                new FileStream(
                    data.LockFile,
                    new FileStreamOptions
                    {
                        Mode = FileMode.OpenOrCreate,
                        Access = FileAccess.ReadWrite,
                        Share = FileShare.None,
                        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                    }
                )
            );
        }
        catch (UnauthorizedAccessException fault)
        {
            throw new CliFailure($"the data directory {data.Root} cannot be written to: {fault.Message}", "choose another with --data DIR");
        }
        catch (IOException fault) when (fault.HResult == WouldBlock)
        {
            var who = RunState.TryRead(data, out var state) && state.Processes.TryGetValue("up", out var id) ? $" (process {id})" : "";
            throw new CliFailure(
                $"Holdfast already runs on {data.Root}{who}",
                "stop that one, or choose another directory with --data DIR"
            );
        }
        catch (IOException fault)
        {
            throw new CliFailure($"the data directory {data.Root} cannot be written to: {fault.Message}", "choose another with --data DIR");
        }
    }

    /// <summary>EWOULDBLOCK on Linux, which .NET puts into HResult as it is.</summary>
    private const int WouldBlock = 11;

    public void Dispose() => file.Dispose();
}
