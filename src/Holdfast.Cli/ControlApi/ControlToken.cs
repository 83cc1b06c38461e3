using Holdfast.Cli.Settings;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.ControlApi;

/// <summary>The token that a command presents.</summary>
internal static class ControlToken
{
    /// <summary>Finds it: flag, then <c>HOLDFAST_TOKEN</c>, then the data directory's <c>cli-token</c>.</summary>
    /// <exception cref="CliFailure">There is none, or it cannot be one.</exception>
    public static string Find(string? flag, Func<string, string?> environment, DataDirectory data) =>
        TryFind(flag, environment, data)
        ?? throw new CliFailure(
            $"no API token: {data.TokenFile} is not there",
            "give one with --token or HOLDFAST_TOKEN, or name the data directory with --data DIR",
            CliFailure.NotAllowed
        );

    /// <summary>The same, or null when there is none.</summary>
    /// <exception cref="CliFailure">There is one that cannot be used.</exception>
    public static string? TryFind(string? flag, Func<string, string?> environment, DataDirectory data)
    {
        if (flag is not null)
        {
            return Check("--token", flag);
        }

        if (environment("HOLDFAST_TOKEN") is { Length: > 0 } value)
        {
            return Check("HOLDFAST_TOKEN", value);
        }

        try
        {
            return Check(data.TokenFile, File.ReadAllText(data.TokenFile).Trim());
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CliFailure(
                $"{data.TokenFile} cannot be read: {fault.Message}",
                "give a token with --token or HOLDFAST_TOKEN",
                CliFailure.Failed
            );
        }
    }

    /// <summary>A token that must be given: by flag, else by <c>HOLDFAST_TOKEN</c>.</summary>
    /// <exception cref="CliFailure">It is not, or cannot be one.</exception>
    public static string Given(string? flag, Func<string, string?> environment) =>
        flag is not null ? Check("--token", flag)
        : environment("HOLDFAST_TOKEN") is { Length: > 0 } value ? Check("HOLDFAST_TOKEN", value)
        : throw new CliFailure("no token is given", "give one with --token or HOLDFAST_TOKEN");

    /// <summary>A header's value is visible ASCII; anything else would be an error deep inside the HTTP client that shows the token.</summary>
    private static string Check(string place, string token) =>
        token.Length > 0 && token.All(c => c is > ' ' and < '\x7f')
            ? token
            : throw new CliFailure($"{place}: a token is visible ASCII characters");
}
