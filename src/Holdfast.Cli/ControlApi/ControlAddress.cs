using Holdfast.Cli.Settings;
using Holdfast.Cli.Supervision;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.ControlApi;

/// <summary>Where the API is.</summary>
internal static class ControlAddress
{
    /// <summary>Finds it: flag, then <c>HOLDFAST_CONTROL</c>, then what runs on the data directory.</summary>
    /// <exception cref="CliFailure">A value is wrong, or nothing runs there.</exception>
    public static Uri Find(string? flag, Func<string, string?> environment, DataDirectory data, string programName)
    {
        if (flag is not null)
        {
            return Parse("--control", flag);
        }

        if (environment("HOLDFAST_CONTROL") is { Length: > 0 } value)
        {
            return Parse("HOLDFAST_CONTROL", value);
        }

        return RunState.TryRead(data, out var state)
            ? new Uri(state.Control)
            : throw new CliFailure(
                $"nothing runs on {data.Root}",
                $"start it with '{programName} up', or name another with --data DIR or --control URL",
                CliFailure.Unreachable
            );
    }

    /// <summary>Reads <c>http://host:port</c>, <c>https://host:port</c>, or an address as a listener has it.</summary>
    /// <exception cref="CliFailure">It is none of them.</exception>
    public static Uri Parse(string place, string text)
    {
        if (!text.Contains("://", StringComparison.Ordinal) && ListenAddress.TryParse(text, out var address, out _) && address.Port != 0)
        {
            return new Uri($"http://{address}");
        }

        return
            Uri.TryCreate(text, UriKind.Absolute, out var url)
            && url.Scheme is "http" or "https"
            && url.AbsolutePath == "/"
            && url.Query.Length == 0
            && url.UserInfo.Length == 0
            ? url
            : throw new CliFailure($"{place}: '{text}' is not the address of an API", "it is http://HOST:PORT or https://HOST:PORT");
    }
}
