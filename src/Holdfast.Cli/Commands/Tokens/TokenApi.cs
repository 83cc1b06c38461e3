using System.Text.Json;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Tokens;

/// <summary>What the token commands ask of the API.</summary>
internal static class TokenApi
{
    /// <summary>Where the tokens are.</summary>
    public const string Path = "/client/v4/user/tokens";

    /// <summary>The one token of that id or name.</summary>
    /// <exception cref="CliFailure">There is none, or the name has several: names need not be unique.</exception>
    public static async Task<JsonElement> FindAsync(ControlClient control, string text, CancellationToken cancellationToken)
    {
        var found = new List<JsonElement>();
        await foreach (var token in control.ListAsync(Path, cancellationToken))
        {
            if (ZoneApi.Text(token, "id") == text)
            {
                return token;
            }

            if (ZoneApi.Text(token, "name") == text)
            {
                found.Add(token);
            }
        }

        return found.Count switch
        {
            1 => found[0],
            0 => throw new CliFailure(
                $"there is no token {Printable.From(text)}",
                "'token list' shows those there are",
                CliFailure.NotFound
            ),
            _ => throw new CliFailure(
                $"{found.Count} tokens are called {Printable.From(text)}: {string.Join(", ", found.Select(token => ZoneApi.Text(token, "id")))}",
                "give the id"
            ),
        };
    }

    /// <summary>The ids of permission groups by their names, without regard to case.</summary>
    /// <exception cref="CliFailure">A name is unknown.</exception>
    public static async Task<IReadOnlyList<(string Id, string Scope)>> GroupsAsync(
        ControlClient control,
        IReadOnlyCollection<string> names,
        CancellationToken cancellationToken
    )
    {
        var known = new Dictionary<string, (string Id, string Scope)>(StringComparer.OrdinalIgnoreCase);
        await foreach (var group in control.ListAsync($"{Path}/permission_groups", cancellationToken))
        {
            var scope = group.GetProperty("scopes").EnumerateArray().Select(item => item.GetString() ?? "").FirstOrDefault() ?? "";
            known[ZoneApi.Text(group, "name")] = (ZoneApi.Text(group, "id"), scope);
        }

        return
        [
            .. names.Select(name =>
                known.TryGetValue(name, out var group)
                    ? group
                    : throw new CliFailure(
                        $"--allow: there is no permission '{Printable.From(name)}'",
                        $"there are {string.Join(", ", known.Keys.Order(StringComparer.Ordinal))}"
                    )
            ),
        ];
    }
}
