using System.Runtime.InteropServices;

namespace Holdfast.Cli.Tests.TestSystem;

/// <summary>kill(2).</summary>
internal static partial class Signals
{
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Terminate = 15;

    public static void Send(int processOrMinusGroup, int signal) => Assert.Equal(0, KillNative(processOrMinusGroup, signal));

    /// <summary>Whether a process is there and not just waiting to be reaped.</summary>
    public static bool IsAlive(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[stat.LastIndexOf(')') + 2] != 'Z';
        }
        catch (Exception fault) when (fault is IOException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int KillNative(int process, int signal);
}
