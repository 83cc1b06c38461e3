using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Releases;

/// <summary>How people name a release: <c>list/offices@7</c>, or without a generation the newest.</summary>
/// <param name="Kind">The artifact's kind.</param>
/// <param name="Name">Its id, or a zone's or list's name.</param>
/// <param name="Generation">The release's generation, or null for the newest.</param>
internal sealed record ReleaseReference(string Kind, string Name, long? Generation)
{
    private const string Releases = "/holdfast/v1/releases";

    /// <summary>An artifact's path in the API.</summary>
    public string ArtifactPath => $"{Releases}/{Uri.EscapeDataString(Kind)}/{Uri.EscapeDataString(Name)}";

    /// <summary>The release's path in the API.</summary>
    public string Path => string.Create(CultureInfo.InvariantCulture, $"{ArtifactPath}/{(Generation is { } number ? number : "newest")}");

    /// <summary>The argument RELEASE.</summary>
    public static Argument<string> Argument() =>
        new("RELEASE") { Description = "Which release: KIND/NAME@GENERATION such as list/offices@7; without @GENERATION the newest." };

    /// <summary>The argument ARTIFACT.</summary>
    public static Argument<string> ArtifactArgument() =>
        new("ARTIFACT") { Description = "Which artifact: KIND/NAME such as list/offices." };

    /// <summary>Reads it.</summary>
    /// <exception cref="CliFailure">It is none.</exception>
    public static ReleaseReference Parse(string text)
    {
        var at = text.LastIndexOf('@');
        var (artifact, number) = at < 0 ? (text, null) : (text[..at], text[(at + 1)..]);
        var slash = artifact.IndexOf('/');
        var generation = 0L;
        return
            slash > 0
            && slash < artifact.Length - 1
            && (
                number is null || (long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out generation) && generation > 0)
            )
            ? new ReleaseReference(artifact[..slash], artifact[(slash + 1)..], number is null ? null : generation)
            : throw new CliFailure(
                $"'{text}' names no release: it is KIND/NAME@GENERATION, such as list/offices@7 or zone/example.com",
                "'release list' shows them"
            );
    }

    /// <summary>A release of the API, as people name it.</summary>
    public static string Of(JsonElement release) =>
        Printable.From($"{ZoneApi.Text(release, "kind")}/{ZoneApi.Text(release, "title")}@{ZoneApi.Text(release, "generation")}");
}
