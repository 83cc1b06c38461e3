using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Cache.Disk;

/// <summary>
/// Reads what the kernel has in memory already, and nothing else: so a read of hot bytes needs no other thread, and one of cold bytes holds
/// none of the request loop's (preadv2 with RWF_NOWAIT, Linux 4.14).
/// </summary>
internal static unsafe partial class CachedRead
{
    private const int NoWait = 8;

    private static volatile bool s_isMissing = !OperatingSystem.IsLinux();

    /// <summary>Reads as many bytes as are at hand.</summary>
    /// <returns>How many; 0 when there are none at hand, at the end of the file, and where this cannot be said.</returns>
    public static int Read(SafeFileHandle file, Span<byte> into, long offset)
    {
        if (s_isMissing || into.IsEmpty)
        {
            return 0;
        }

        try
        {
            fixed (byte* bytes = into)
            {
                var piece = new Piece { Start = bytes, Length = (nuint)into.Length };
                return (int)Math.Max(0, Preadv2(file, &piece, 1, (nint)offset, NoWait));
            }
        }
        catch (EntryPointNotFoundException)
        {
            // An older C library.
            s_isMissing = true;
            return 0;
        }
    }

    [LibraryImport("libc", EntryPoint = "preadv2")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Preadv2(SafeFileHandle file, Piece* pieces, int count, nint offset, int flags);

    [StructLayout(LayoutKind.Sequential)]
    private struct Piece
    {
        public byte* Start;
        public nuint Length;
    }
}
