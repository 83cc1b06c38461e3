using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Holdfast.Cli.Profiles;

/// <summary>
/// The user's profiles: <c>$XDG_CONFIG_HOME/holdfast/profiles.yaml</c>, else <c>~/.config/holdfast/profiles.yaml</c>. It holds tokens, so it
/// is readable for its owner alone, and one that others can read is not used.
/// </summary>
internal sealed class ProfileFile
{
    private const int MaxBytes = 256 * 1024;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private readonly string path;
    private readonly SortedDictionary<string, Profile> profiles = new(StringComparer.Ordinal);

    private ProfileFile(string path) => this.path = path;

    /// <summary>All of them, by name.</summary>
    public IEnumerable<Profile> All => profiles.Values;

    /// <summary>Reads the user's file; one that is not there has no profiles.</summary>
    /// <exception cref="CliFailure">It cannot be read, others can read it, or it is not what is expected.</exception>
    public static ProfileFile Read(Func<string, string?> environment)
    {
        var file = new ProfileFile(PathOf(environment));
        try
        {
            if (!File.Exists(file.path))
            {
                return file;
            }

            if ((File.GetUnixFileMode(file.path) & Others) != 0)
            {
                throw new CliFailure($"{file.path} can be read by others, and it holds tokens", $"chmod 600 {file.path}");
            }

            if (new FileInfo(file.path).Length > MaxBytes)
            {
                throw new CliFailure($"{file.path} is larger than {MaxBytes} bytes");
            }

            file.Parse(File.ReadAllText(file.path));
            return file;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CliFailure($"{file.path} cannot be read: {fault.Message}");
        }
    }

    /// <summary>The profile of that name.</summary>
    /// <exception cref="CliFailure">There is none.</exception>
    public Profile Get(string name) =>
        profiles.TryGetValue(name, out var profile)
            ? profile
            : throw new CliFailure(
                $"there is no profile {Printable.From(name)}",
                profiles.Count == 0 ? "'profile add' makes one" : $"there are {string.Join(", ", profiles.Keys)}",
                CliFailure.NotFound
            );

    /// <summary>Adds a profile, or replaces the one of its name.</summary>
    public void Put(Profile profile) => profiles[profile.Name] = profile;

    /// <summary>Removes a profile.</summary>
    /// <exception cref="CliFailure">There is none of that name.</exception>
    public void Remove(string name) => profiles.Remove(Get(name).Name);

    /// <summary>Writes the file: whole or not at all.</summary>
    /// <exception cref="CliFailure">It cannot be written.</exception>
    public void Save()
    {
        var root = new YamlMappingNode();
        foreach (var profile in profiles.Values)
        {
            root.Add(
                profile.Name,
                new YamlMappingNode
                {
                    { "control", profile.Control.ToString() },
                    {
                        "token",
                        new YamlScalarNode(profile.Token) { Style = ScalarStyle.DoubleQuoted }
                    },
                }
            );
        }

        var next = path + ".new";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var options = new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                UnixCreateMode = OwnerOnly,
            };
            using (var writer = new StreamWriter(next, options))
            {
                new YamlStream(new YamlDocument(root)).Save(writer, assignAnchors: false);
            }

            File.Move(next, path, overwrite: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CliFailure($"{path} cannot be written: {fault.Message}", exitCode: CliFailure.Failed);
        }
    }

    private static string PathOf(Func<string, string?> environment)
    {
        var home =
            environment("XDG_CONFIG_HOME") is { Length: > 0 } configured ? configured
            : environment("HOME") is { Length: > 0 } user ? Path.Combine(user, ".config")
            : throw new CliFailure("profiles lie below the home directory, and HOME is not set", "set HOME or XDG_CONFIG_HOME");
        return Path.Combine(home, "holdfast", "profiles.yaml");
    }

    private void Parse(string text)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException fault)
        {
            throw new CliFailure($"{path} line {fault.Start.Line}: {fault.Message}");
        }

        if (stream.Documents.Count == 0 || stream.Documents[0].RootNode is not YamlMappingNode root)
        {
            return;
        }

        foreach (var (key, value) in root.Children)
        {
            var place = $"{path} line {key.Start.Line}";
            if (
                key is not YamlScalarNode { Value: { Length: > 0 } name }
                || value is not YamlMappingNode members
                || Scalar(members, "control") is not { } control
                || Scalar(members, "token") is not { } token
            )
            {
                throw new CliFailure($"{place}: a profile has the members control and token", "'profile add' writes it");
            }

            profiles[name] = new Profile(name, ControlAddress.Parse($"{place}: control", control), token);
        }
    }

    private static string? Scalar(YamlMappingNode members, string name) =>
        members.Children.TryGetValue(new YamlScalarNode(name), out var node) && node is YamlScalarNode { Value: { Length: > 0 } text }
            ? text
            : null;
}
