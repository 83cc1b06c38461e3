using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Json;
using Holdfast.Model.Bots;
using Holdfast.Model.Releases;
using Holdfast.Releases.Canonical;
using Holdfast.Releases.Intake;

namespace Holdfast.Artifacts.Bots;

/// <summary>
/// The bot feature file as an artifact:
/// <c>{"any_row_change","features":[{"expression","name","weight"}],"least_evidence","rows","rows_before"}</c>.
/// </summary>
/// <param name="limits">How much it may be.</param>
public sealed class BotFeatureArtifact(BotFeatureLimits limits) : IArtifactCheck
{
    /// <summary>The format that <see cref="Write"/> makes, and the only one that is read.</summary>
    public const int FormatVersion = 1;

    /// <inheritdoc/>
    public ArtifactKind Kind => ArtifactKind.BotFeatures;

    /// <summary>The file's canonical bytes.</summary>
    public static byte[] Write(BotFeaturesConfig file)
    {
        var writer = new CanonicalJsonWriter(256 + (file.Features.Length * 160));
        writer.StartObject();
        writer.Name("any_row_change");
        writer.Value(file.AnyRowChange);
        writer.Name("features");
        writer.StartArray();
        foreach (var feature in file.Features)
        {
            writer.StartObject();
            writer.Name("expression");
            writer.Value(feature.Expression);
            writer.Name("name");
            writer.Value(feature.Name);
            writer.Name("weight");
            writer.Value(JsonValue.Create(feature.Weight));
            writer.EndObject();
        }

        writer.EndArray();
        writer.Name("least_evidence");
        writer.Value(JsonValue.Create(file.LeastEvidence));
        writer.Name("rows");
        writer.Value(JsonValue.Create(file.Rows));
        writer.Name("rows_before");
        writer.Value(file.RowsBefore is { } before ? JsonValue.Create(before) : null);
        writer.EndObject();
        return writer.ToArray();
    }

    /// <summary>Reads a file. Never throws for what the bytes are.</summary>
    /// <param name="formatVersion">The payload's format.</param>
    /// <param name="payload">The payload.</param>
    /// <param name="limits">How much it may be.</param>
    /// <param name="file">The file when there is no problem.</param>
    /// <param name="problems">Problems found; not all when there are many.</param>
    public static bool TryParse(
        int formatVersion,
        ReadOnlySpan<byte> payload,
        BotFeatureLimits limits,
        [NotNullWhen(true)] out BotFeaturesConfig? file,
        out IReadOnlyList<ArtifactProblem> problems
    )
    {
        var found = new List<ArtifactProblem>();
        problems = found;
        file = null;
        if (formatVersion != FormatVersion)
        {
            found.Add(new ArtifactProblem("", $"format {formatVersion}", $"format {FormatVersion}"));
            return false;
        }

        if (payload.Length > BotFeatureLimits.MostBytes)
        {
            found.Add(new ArtifactProblem("", $"{payload.Length} bytes", $"at most {BotFeatureLimits.MostBytes} bytes in all"));
            return false;
        }

        if (!StrictJson.TryParse(payload, found, out var document))
        {
            return false;
        }

        using (document)
        {
            var members = new JsonMembers(document.RootElement, "", found);
            var before = members.OptionalWhole("rows_before", 0, int.MaxValue);
            var read = new BotFeatureJson(limits, found).Read(members, (int?)before);
            members.RefuseOthers();
            file = found.Count == 0 ? read : null;
            return file is not null;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<ArtifactProblem> Check(int formatVersion, ReadOnlySpan<byte> payload)
    {
        TryParse(formatVersion, payload, limits, out _, out var problems);
        return problems;
    }
}
