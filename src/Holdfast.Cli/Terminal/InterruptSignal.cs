using System.Runtime.InteropServices;

namespace Holdfast.Cli.Terminal;

/// <summary>SIGINT, Ctrl-C.</summary>
internal static partial class InterruptSignal
{
    private const int Interrupt = 2;
    private const nint Default = 0;

    /// <summary>
    /// Lets SIGINT reach this process even when its starter ignored it, as a shell script does for whatever it starts with <c>&amp;</c>
    /// (POSIX.1-2017, Shell Command Language 2.11): <c>kill -INT</c> from such a script has to end Holdfast too. .NET leaves a signal
    /// alone that was ignored when it first looks, so this comes before anything else. SIGHUP stays ignored, which is what nohup is for.
    /// </summary>
    public static void StopIgnoring() => Signal(Interrupt, Default);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Signal(int signal, nint handler);
}
