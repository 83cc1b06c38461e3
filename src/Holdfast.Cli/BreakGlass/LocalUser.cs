namespace Holdfast.Cli.BreakGlass;

/// <summary>Who gives a command on this machine, for the audit log.</summary>
internal static class LocalUser
{
    /// <summary>The user's name; of one who has become another by sudo, both.</summary>
    /// <param name="environment">Reads a variable.</param>
    public static string Name(Func<string, string?> environment)
    {
        var name = Environment.UserName is { Length: > 0 } known ? known : "unknown";
        return environment("SUDO_USER") is { Length: > 0 and <= 100 } before && before != name ? $"{before} as {name}" : name;
    }
}
