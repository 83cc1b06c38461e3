using System.Collections.Immutable;
using Holdfast.Cli.Terminal;
using Holdfast.Edge.Reporting;

namespace Holdfast.Cli.Settings;

/// <summary>Where edges tell how they are, and what they prove themselves with there. Variables alone: a flag would show the secret.</summary>
internal static class EvidenceSettings
{
    /// <summary>The status pages that an edge tells, separated by commas.</summary>
    public const string ToVariable = "HOLDFAST_EVIDENCE_TO";

    /// <summary>What an edge sends with it, and what <c>run status</c> takes it with.</summary>
    public const string TokenVariable = "HOLDFAST_EVIDENCE_TOKEN";

    /// <summary>What an edge is to do.</summary>
    /// <returns>Null when it is to tell nobody.</returns>
    /// <exception cref="CliFailure">A value is wrong, or there is no token.</exception>
    public static EvidenceTargets? Read(Func<string, string?> environment)
    {
        var pages = ReadPages(environment);
        return pages.IsEmpty ? null
            : UpOptionsReader.ReadToken(TokenVariable, environment) is { } token ? new EvidenceTargets(pages, token)
            : throw new CliFailure(
                $"{ToVariable} is set, and {TokenVariable} is not",
                "make a token with the scope evidence on the status page, and set it"
            );
    }

    /// <summary>The status pages.</summary>
    /// <exception cref="CliFailure">One is no address, or there are too many.</exception>
    public static ImmutableArray<Uri> ReadPages(Func<string, string?> environment)
    {
        if (environment(ToVariable) is not { Length: > 0 } value)
        {
            return [];
        }

        ImmutableArray<Uri> pages =
        [
            .. value
                .Split(',', StringSplitOptions.TrimEntries)
                .Select(text =>
                    Uri.TryCreate(text, UriKind.Absolute, out var page) && page.Scheme is "http" or "https" && page.PathAndQuery == "/"
                        ? page
                        : throw new CliFailure(
                            $"{ToVariable}: '{text}' is no status page's address",
                            "it is http://HOST[:PORT] or https://HOST[:PORT]"
                        )
                ),
        ];
        return pages.Length <= EvidencePush.MostPages
            ? pages
            : throw new CliFailure($"{ToVariable}: more than {EvidencePush.MostPages} status pages");
    }
}
