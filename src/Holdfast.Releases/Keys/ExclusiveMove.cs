using System.Runtime.InteropServices;

namespace Holdfast.Releases.Keys;

/// <summary>A move that never replaces: of several processes that publish a file under one name at the same time, exactly one does.</summary>
public static partial class ExclusiveMove
{
    private const int NotPermitted = 1; // EPERM
    private const int FileExists = 17; // EEXIST
    private const int TooManyLinks = 31; // EMLINK
    private const int NotSupported = 95; // EOPNOTSUPP

    /// <summary>Gives a file its final name unless there is a file of that name.</summary>
    /// <param name="source">The file, whole and synced, on the same file system. It is gone afterwards, also when this returns false.</param>
    /// <param name="destination">Its final name.</param>
    /// <returns>Whether it has the name now.</returns>
    /// <exception cref="IOException">It cannot be moved for another reason.</exception>
    public static bool TryMove(string source, string destination)
    {
        // File.Move without overwrite looks first and renames then, so two that look at the same moment both succeed. link(2) cannot.
        if (Link(source, destination) == 0)
        {
            File.Delete(source);
            return true;
        }

        switch (Marshal.GetLastPInvokeError())
        {
            case FileExists:
                File.Delete(source);
                return false;
            case NotPermitted or TooManyLinks or NotSupported:
                // A file system without hard links: as good as can be had there.
                return MoveWithoutLink(source, destination);
            case var error:
                throw new IOException($"{destination} cannot be made: {Marshal.GetPInvokeErrorMessage(error)}");
        }
    }

    private static bool MoveWithoutLink(string source, string destination)
    {
        try
        {
            File.Move(source, destination, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(destination))
        {
            File.Delete(source);
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string created);
}
