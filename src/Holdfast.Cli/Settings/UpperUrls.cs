using System.Collections.Immutable;
using Holdfast.Cli.Terminal;
using Holdfast.Model.Zones;

namespace Holdfast.Cli.Settings;

/// <summary>
/// Where the upper edges are that an edge asks before origins: <c>--upper</c>, else <c>HOLDFAST_UPPER</c>, else <c>upper</c> in
/// <c>holdfast.yaml</c>.
/// </summary>
internal static class UpperUrls
{
    /// <summary>Most of them: each request looks at all.</summary>
    public const int Most = 16;

    /// <summary>The setting's name in the file, and of the flag.</summary>
    public const string Name = "upper";

    /// <summary>The environment variable.</summary>
    public const string Variable = "HOLDFAST_UPPER";

    /// <summary>Finds them for a role that is started alone.</summary>
    /// <param name="fromFlags">The flag's values.</param>
    /// <param name="environment">Reads a variable.</param>
    /// <param name="file">The data directory's file.</param>
    /// <exception cref="CliFailure">A value is wrong; the message names where it came from.</exception>
    public static ImmutableArray<OriginUrl> Find(
        IReadOnlyList<string> fromFlags,
        Func<string, string?> environment,
        ConfigurationFile file
    ) =>
        fromFlags.Count > 0 ? Read($"--{Name}", fromFlags)
        : environment(Variable) is { Length: > 0 } value ? Read(Variable, [value])
        : file.Find(Name) is { } found ? Read(found.Place, found.Values)
        : [];

    /// <summary>Reads them, separated by commas or one by one.</summary>
    /// <param name="place">Where they stand, for messages.</param>
    /// <param name="values">What stands there.</param>
    /// <exception cref="CliFailure">One is no URL of an edge, or there are too many.</exception>
    public static ImmutableArray<OriginUrl> Read(string place, IReadOnlyList<string> values)
    {
        var urls = ImmutableArray.CreateBuilder<OriginUrl>();
        foreach (var text in values.SelectMany(value => value.Split(',', StringSplitOptions.TrimEntries)))
        {
            if (!OriginUrl.TryParse(text, out var url, out _) || url.Scheme == OriginScheme.H2c)
            {
                throw new CliFailure($"{place}: '{text}' is not where an edge listens", "it is http://HOST[:PORT] or https://HOST[:PORT]");
            }

            if (urls.Contains(url))
            {
                throw new CliFailure($"{place}: {url} stands there twice");
            }

            urls.Add(url);
        }

        return urls.Count <= Most ? urls.ToImmutable() : throw new CliFailure($"{place}: more than {Most} upper edges");
    }
}
