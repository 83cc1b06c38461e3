using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Holdfast.Cli.Drills;

/// <summary>
/// The size that files may grow to by a process's writes (setrlimit(2), RLIMIT_FSIZE). A limit of 0 is a disk without room, for this process and
/// what it starts, and needs no right over the machine's disks.
/// </summary>
internal static partial class FileSizeLimit
{
    private const int FileSize = 1;
    private const int ExceededSignal = 25;
    private const nint Ignore = 1;
    private const ulong NoLimit = ulong.MaxValue;

    /// <summary>
    /// Ignores SIGXFSZ in this process and in what it starts from now on: a write beyond the limit is then an error, as on a full disk, and not the
    /// process's end.
    /// </summary>
    public static void IgnoreSignal() => Signal(ExceededSignal, Ignore);

    /// <summary>Sets a process's limit.</summary>
    /// <param name="process">The process's id.</param>
    /// <param name="bytes">The limit; null for none.</param>
    /// <exception cref="Win32Exception">There is no such process, or it is another user's.</exception>
    public static void Set(int process, ulong? bytes)
    {
        // The hard limit stays, so that there can be room again.
        var old = default(Limit);
        if (Change(process, FileSize, 0, ref old) < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }

        var limit = new Limit { Soft = Math.Min(bytes ?? NoLimit, old.Hard), Hard = old.Hard };
        if (Change(process, FileSize, ref limit, 0) < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Signal(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "prlimit", SetLastError = true)]
    private static partial int Change(int process, int resource, nint none, ref Limit old);

    [LibraryImport("libc", EntryPoint = "prlimit", SetLastError = true)]
    private static partial int Change(int process, int resource, ref Limit limit, nint none);

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public ulong Soft;
        public ulong Hard;
    }
}
