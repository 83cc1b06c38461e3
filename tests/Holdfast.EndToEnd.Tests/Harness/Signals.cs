using System.Runtime.InteropServices;

namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>kill(2), and whether a process is there.</summary>
internal static partial class Signals
{
    public const int Interrupt = 2;
    public const int Kill = 9;

    /// <summary>SIGSTOP on Linux: it stands still and holds what it holds.</summary>
    public const int Stop = 19;

    /// <summary>Sends a signal to a process that must be there.</summary>
    public static void Send(int process, int signal) => Assert.Equal(0, KillNative(process, signal));

    /// <summary>Sends a signal to a process group, if there is anybody left in it.</summary>
    public static void SendToGroup(int group, int signal) => _ = KillNative(-group, signal);

    /// <summary>Whether a process is there and not just waiting to be reaped.</summary>
    public static bool IsAlive(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[stat.LastIndexOf(')') + 2] != 'Z';
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int KillNative(int process, int signal);
}
