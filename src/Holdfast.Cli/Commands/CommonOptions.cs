using System.CommandLine;

namespace Holdfast.Cli.Commands;

/// <summary>Options that several commands have, with the same words everywhere. All values are read as text and checked by the commands.</summary>
internal static class CommonOptions
{
    /// <summary>--json</summary>
    public static Option<bool> Json() => new("--json") { Description = "Print JSON for scripts; everything else goes to standard error." };

    /// <summary>--data DIR</summary>
    public static Option<string?> Data() =>
        new("--data") { HelpName = "DIR", Description = "The data directory [HOLDFAST_DATA; default: ./.holdfast]." };

    /// <summary>--token TOKEN</summary>
    public static Option<string?> Token() =>
        new("--token") { HelpName = "TOKEN", Description = "An API token [HOLDFAST_TOKEN; default: the one in DIR/cli-token]." };

    /// <summary>--control URL</summary>
    public static Option<string?> Control() =>
        new("--control") { HelpName = "URL", Description = "The API's address [HOLDFAST_CONTROL; default: what runs on DIR]." };

    /// <summary>--profile NAME</summary>
    public static Option<string?> Profile() =>
        new("--profile") { HelpName = "NAME", Description = "Address and token that 'profile add' has kept [HOLDFAST_PROFILE]." };
}
