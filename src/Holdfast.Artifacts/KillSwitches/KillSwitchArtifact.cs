using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Holdfast.Artifacts.Json;
using Holdfast.Artifacts.Rulesets;
using Holdfast.Model.KillSwitches;
using Holdfast.Model.Releases;
using Holdfast.Releases.Canonical;
using Holdfast.Releases.Intake;
using Holdfast.Rules.Phases;

namespace Holdfast.Artifacts.KillSwitches;

/// <summary>
/// A kill switch as an artifact: <c>{"id","reason","subject","target","zone"}</c>. <c>zone</c> is a zone's id, or <c>*</c> for all of them: what is
/// left out never means all. A release is of one zone, and named with it; so are a zone's own rulesets and rules, while those of the account can be
/// taken out of one zone or of all.
/// </summary>
public sealed class KillSwitchArtifact : IArtifactCheck
{
    /// <summary>The format that <see cref="Write"/> makes, and the only one that is read.</summary>
    public const int FormatVersion = 1;

    /// <summary>What stands in <c>zone</c> for all of them.</summary>
    public const string Everywhere = "*";

    /// <summary>What is allowed in <c>zone</c>.</summary>
    public const string ZoneForm = "a zone's id, or * for every zone";

    private static readonly ImmutableArray<string> Subjects = [.. Enum.GetNames<KillSubject>().Select(name => name.ToLowerInvariant())];

    /// <summary>The names of the edges' modules: those of the phases that rules stand in, and the others.</summary>
    public static ImmutableArray<string> Modules { get; } = [.. RulePhases.AllNames, "cache", "tiers", "country", "log"];

    /// <summary>The names of the actions that edges do.</summary>
    public static ImmutableArray<string> Actions { get; } =
    [.. Enum.GetValues<RulePhase>().SelectMany(RuleActions.Of).Select(action => action.Name).Distinct().Order(StringComparer.Ordinal)];

    /// <inheritdoc/>
    public ArtifactKind Kind => ArtifactKind.KillSwitch;

    /// <summary>The name of a subject: <c>module</c>.</summary>
    public static string NameOf(KillSubject subject) => Subjects[(int)subject];

    /// <summary>A kill switch's canonical bytes.</summary>
    public static byte[] Write(KillSwitchConfig config)
    {
        var writer = new CanonicalJsonWriter(256);
        writer.StartObject();
        writer.Name("id");
        writer.Value(config.Id);
        writer.Name("reason");
        writer.Value(config.Reason);
        writer.Name("subject");
        writer.Value(NameOf(config.Subject));
        writer.Name("target");
        writer.Value(config.Target);
        writer.Name("zone");
        writer.Value(config.ZoneId ?? Everywhere);
        writer.EndObject();
        return writer.ToArray();
    }

    /// <summary>Reads a kill switch. Never throws for what the bytes are.</summary>
    public static bool TryParse(
        int formatVersion,
        ReadOnlySpan<byte> payload,
        [NotNullWhen(true)] out KillSwitchConfig? config,
        out IReadOnlyList<ArtifactProblem> problems
    )
    {
        var found = new List<ArtifactProblem>();
        problems = found;
        config = null;
        if (formatVersion != FormatVersion)
        {
            found.Add(new ArtifactProblem("", $"format {formatVersion}", $"format {FormatVersion}"));
            return false;
        }

        if (!StrictJson.TryParse(payload, found, out var document))
        {
            return false;
        }

        using (document)
        {
            var members = new JsonMembers(document.RootElement, "", found);
            var id = members.RequireText("id", ArtifactId.Form);
            if (id is not null && !ArtifactId.IsWellFormed(id))
            {
                members.Report("id", "something else", ArtifactId.Form);
            }

            var read = Read(members, id ?? "");
            members.RefuseOthers();
            config = found.Count == 0 ? read : null;
            return config is not null;
        }
    }

    /// <summary>Reads everything but the id; what is wrong is reported.</summary>
    public static KillSwitchConfig? Read(JsonMembers members, string id)
    {
        var reason = members.RequireText("reason", $"1 to {KillSwitchConfig.ReasonLimit} characters");
        if (reason is { Length: 0 or > KillSwitchConfig.ReasonLimit })
        {
            members.Report("reason", $"{reason.Length} characters", $"1 to {KillSwitchConfig.ReasonLimit} characters");
        }

        var zone = members.RequireText("zone", ZoneForm);
        if (zone is not null && zone != Everywhere && !ArtifactId.IsWellFormed(zone))
        {
            members.Report("zone", "something else", ZoneForm);
        }

        var allowed = string.Join(", ", Subjects);
        var name = members.RequireText("subject", allowed);
        var subject = name is null ? -1 : Subjects.IndexOf(name);
        if (name is not null && subject < 0)
        {
            members.Report("subject", "something else", allowed);
        }

        if (subject < 0)
        {
            members.TryGet("target", out _);
            return null;
        }

        var form = FormOf((KillSubject)subject);
        var target = members.RequireText("target", form);
        if (target is not null && !Fits((KillSubject)subject, target))
        {
            members.Report("target", "something else", form);
        }

        if (zone == Everywhere && (KillSubject)subject is KillSubject.Release)
        {
            members.Report("zone", "every zone", $"the id of the zone whose {name} it is");
        }

        return target is null || zone is null || reason is null
            ? null
            : new KillSwitchConfig
            {
                Id = id,
                Subject = (KillSubject)subject,
                Target = target,
                ZoneId = zone == Everywhere ? null : zone,
                Reason = reason,
            };
    }

    /// <inheritdoc/>
    public IReadOnlyList<ArtifactProblem> Check(int formatVersion, ReadOnlySpan<byte> payload)
    {
        TryParse(formatVersion, payload, out _, out var problems);
        return problems;
    }

    private static string FormOf(KillSubject subject) =>
        subject switch
        {
            KillSubject.Module => string.Join(", ", Modules),
            KillSubject.Phase => string.Join(", ", RulePhases.AllNames),
            KillSubject.Action => string.Join(", ", Actions),
            KillSubject.Release => "the generation of a release of the zone, a whole number from 1",
            _ => ArtifactId.Form,
        };

    private static bool Fits(KillSubject subject, string target) =>
        subject switch
        {
            KillSubject.Module => Modules.Contains(target),
            KillSubject.Phase => RulePhases.TryFind(target, out _),
            KillSubject.Action => Actions.Contains(target),
            KillSubject.Release => long.TryParse(target, NumberStyles.None, CultureInfo.InvariantCulture, out var generation)
                && generation >= 1
                && target == generation.ToString(CultureInfo.InvariantCulture),
            _ => ArtifactId.IsWellFormed(target),
        };
}
