using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Holdfast.Cli.Supervision;

/// <summary>Whether a file descriptor survives <c>execve</c> (fcntl(2), FD_CLOEXEC).</summary>
internal static partial class FileDescriptorFlags
{
    private const int GetFlags = 1;
    private const int SetFlags = 2;
    private const int CloseOnExec = 1;

    /// <summary>Decides whether programs started from now on inherit the descriptor.</summary>
    /// <exception cref="Win32Exception">It is not an open descriptor.</exception>
    public static void SetInheritable(int descriptor, bool inheritable)
    {
        var flags = Check(Fcntl(descriptor, GetFlags, 0));
        var wanted = inheritable ? flags & ~CloseOnExec : flags | CloseOnExec;
        if (wanted != flags)
        {
            Check(Fcntl(descriptor, SetFlags, wanted));
        }
    }

    /// <summary>Whether a program started now would inherit the descriptor.</summary>
    /// <exception cref="Win32Exception">It is not an open descriptor.</exception>
    public static bool IsInheritable(int descriptor) => (Check(Fcntl(descriptor, GetFlags, 0)) & CloseOnExec) == 0;

    private static int Check(int result) => result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError());

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Fcntl(int descriptor, int command, int argument);
}
