using System.Runtime.InteropServices;

namespace Holdfast.Cli.Supervision;

/// <summary>SIGUSR2, by which <c>up</c> is told to replace its edges' processes.</summary>
internal static partial class RestartSignal
{
    // The same on x64 and arm64.
    private const int UserTwo = 12;

    /// <summary>The signal, as .NET takes those that it has no name for.</summary>
    public static PosixSignal Number => (PosixSignal)UserTwo;

    /// <summary>Sends it.</summary>
    /// <returns>Whether there was such a process, and it was ours to signal.</returns>
    public static bool Send(int process) => Kill(process, UserTwo) == 0;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
