using System.Runtime.InteropServices;

namespace Holdfast.Status.Export;

/// <summary>Puts a folder in another's place in one step.</summary>
internal static class DirectorySwap
{
    private const int CurrentDirectory = -100;
    private const uint Exchange = 2;

    /// <summary>
    /// Puts a folder in another's place, whose contents are then under the first one's name: <c>renameat2</c> with <c>RENAME_EXCHANGE</c>. A
    /// file system that can't do that gets two renames, with a moment between them in which there is no folder.
    /// </summary>
    /// <exception cref="IOException">Neither can be done.</exception>
    public static void Put(string from, string to)
    {
        if (!Directory.Exists(to))
        {
            Directory.Move(from, to);
            return;
        }

        if (Rename(CurrentDirectory, from, CurrentDirectory, to, Exchange) != 0)
        {
            var old = from + ".old";
            Directory.Move(to, old);
            Directory.Move(from, to);
            Directory.Move(old, from);
        }
    }

    /// <summary>Removes a folder, if it is there and can be removed; the next export tries again.</summary>
    public static void Remove(string directory)
    {
        try
        {
            Directory.Delete(directory, recursive: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // It is left over, and no reader looks at it.
        }
    }

    [DllImport("libc", EntryPoint = "renameat2", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Rename(
        int fromDirectory,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string from,
        int toDirectory,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string to,
        uint flags
    );
}
