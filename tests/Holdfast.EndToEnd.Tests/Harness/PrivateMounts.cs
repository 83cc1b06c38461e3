namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>
/// A mount namespace for one program, so that a test can give it a small or a read-only disk: as root, or as an ordinary user where the
/// kernel lets one have a user namespace.
/// </summary>
internal static class PrivateMounts
{
    private static string[] Unshare => Environment.IsPrivilegedProcess ? ["--mount"] : ["--map-root-user", "--mount"];

    /// <summary>Skips the test where no such namespace is to be had.</summary>
    public static async Task NeedAsync()
    {
        var tried = await Tool.RunAsync("unshare", [.. Unshare, "mount", "-t", "tmpfs", "none", "/mnt"]);
        Assert.SkipUnless(tried.ExitCode == 0, $"mounting in a namespace of one's own is not allowed here: {tried.Error.Trim()}");
    }

    /// <summary>The wrapper that runs a shell line of mounts, then the program.</summary>
    /// <param name="mounts">The line; it sees nothing of the program's arguments.</param>
    public static string[] After(string mounts) => ["unshare", .. Unshare, "sh", "-ec", $"{mounts}; exec \"$@\"", "sh"];

    /// <summary>A path as the program sees it, for the test to reach.</summary>
    public static string Inside(int process, string path) => $"/proc/{process}/root{path}";
}
