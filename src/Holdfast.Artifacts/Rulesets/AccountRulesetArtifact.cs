using System.Diagnostics.CodeAnalysis;
using Holdfast.Artifacts.Json;
using Holdfast.Model.Releases;
using Holdfast.Model.Rulesets;
using Holdfast.Releases.Canonical;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Wire;

namespace Holdfast.Artifacts.Rulesets;

/// <summary>
/// A ruleset of the account as an artifact, in the form of <see cref="RulesetJson"/>: of the kind <c>root</c>, an entry point that is asked for
/// the requests of every zone, or of the kind <c>custom</c>, which rules of entry points execute, or of the kind
/// <c>access</c>, the IP access rules of the account or its user. What it touches is every zone.
/// </summary>
public sealed class AccountRulesetArtifact : IArtifactCheck
{
    /// <summary>The format that <see cref="Write"/> makes, and the only one that is read.</summary>
    public const int FormatVersion = 1;

    /// <inheritdoc/>
    public ArtifactKind Kind => ArtifactKind.AccountRuleset;

    /// <summary>A ruleset's canonical bytes.</summary>
    public static byte[] Write(RulesetConfig ruleset) => CanonicalJson.Write(RulesetJson.Write(ruleset));

    /// <summary>Reads a ruleset. Never throws for what the bytes are.</summary>
    /// <param name="formatVersion">The payload's format.</param>
    /// <param name="payload">The payload.</param>
    /// <param name="ruleset">The ruleset when there is no problem.</param>
    /// <param name="problems">Problems found; not all when there are many.</param>
    public static bool TryParse(
        int formatVersion,
        ReadOnlySpan<byte> payload,
        [NotNullWhen(true)] out RulesetConfig? ruleset,
        out IReadOnlyList<ArtifactProblem> problems
    )
    {
        var found = new List<ArtifactProblem>();
        problems = found;
        ruleset = null;
        if (formatVersion != FormatVersion)
        {
            found.Add(new ArtifactProblem("", $"format {formatVersion}", $"format {FormatVersion}"));
            return false;
        }

        if (payload.Length > ReleaseCodec.MaxPayloadBytes)
        {
            found.Add(new ArtifactProblem("", $"{payload.Length} bytes", $"at most {ReleaseCodec.MaxPayloadBytes} bytes in all"));
            return false;
        }

        if (!StrictJson.TryParse(payload, found, out var document))
        {
            return false;
        }

        using (document)
        {
            var members = new JsonMembers(document.RootElement, "", found);
            var read = RulesetJson.Read(members, found, RulesetKind.Root, RulesetKind.Custom, RulesetKind.Access);
            ruleset = found.Count == 0 ? read : null;
            return ruleset is not null;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<ArtifactProblem> Check(int formatVersion, ReadOnlySpan<byte> payload)
    {
        TryParse(formatVersion, payload, out _, out var problems);
        return problems;
    }
}
