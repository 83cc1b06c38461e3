using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Settings;

/// <summary>The data directory and the names in it that the command line knows.</summary>
internal sealed class DataDirectory
{
    private readonly string root;

    private DataDirectory(string root) => this.root = root;

    /// <summary>The directory itself, absolute.</summary>
    public string Root => root;

    /// <summary>What the running <c>up</c> tells about itself.</summary>
    public string RunFile => Path.Combine(root, "run", "up.json");

    /// <summary>Held open by the running <c>up</c>.</summary>
    public string LockFile => Path.Combine(root, "run", "up.lock");

    /// <summary>There once everything has been ready here for the first time.</summary>
    public string InitializedFile => Path.Combine(root, "run", "initialized");

    /// <summary>The admin token for commands on this machine, mode 0600.</summary>
    public string TokenFile => Path.Combine(root, "cli-token");

    /// <summary>The status page's first token, mode 0600.</summary>
    public string StatusTokenFile => Path.Combine(root, "status-token");

    /// <summary>The local authority's certificate, made by the edge at its first start.</summary>
    public string LocalAuthorityFile => Path.Combine(root, "keys", "local-ca.pem");

    /// <summary>An edge's access log; older ones beside it end in <c>.1</c>, <c>.2</c> and so on.</summary>
    public string LogFile(string edge) => Path.Combine(root, "logs", edge + ".jsonl");

    /// <summary>What an edge keeps; there once it was started.</summary>
    public string EdgeDirectory(string edge) => Path.Combine(root, "edges", edge);

    /// <summary>The directory as it was named.</summary>
    public static DataDirectory At(string root) => new(root);

    /// <summary>Finds the directory: flag, then <c>HOLDFAST_DATA</c>, then <c>./.holdfast</c>; absolute, not created.</summary>
    /// <exception cref="CliFailure">The text cannot be a path.</exception>
    public static string Resolve(string? flag, Func<string, string?> environment, string currentDirectory)
    {
        var (place, text) = flag is not null
            ? ("--data", flag)
            : ("HOLDFAST_DATA", environment("HOLDFAST_DATA") is { Length: > 0 } value ? value : UpOptions.DefaultDataDirectory);
        if (text.Length == 0 || text.Contains('\0'))
        {
            throw new CliFailure($"{place}: '{text.Replace("\0", "", StringComparison.Ordinal)}' is not a directory's name");
        }

        return Path.GetFullPath(text, currentDirectory);
    }

    /// <summary>Makes the directory and those in it, readable by their owner alone.</summary>
    /// <exception cref="CliFailure">It cannot be made or written to.</exception>
    public void Create()
    {
        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        try
        {
            Directory.CreateDirectory(root, OwnerOnly);
            Directory.CreateDirectory(Path.GetDirectoryName(RunFile)!, OwnerOnly);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CliFailure($"the data directory {root} cannot be made: {fault.Message}", "choose another with --data DIR");
        }
    }

    /// <summary>Writes a file so that it is there in whole or not at all, mode 0600.</summary>
    public static void WriteAtomically(string path, string text)
    {
        var temporary = path + ".new";
        File.Delete(temporary);
        using (
            var stream = new FileStream(
                temporary,
                new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.Write,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                }
            )
        )
        {
            using var writer = new StreamWriter(stream);
            writer.Write(text);
        }

        File.Move(temporary, path, overwrite: true);
    }
}
