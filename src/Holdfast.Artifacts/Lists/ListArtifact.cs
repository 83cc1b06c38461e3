using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Holdfast.Artifacts.Json;
using Holdfast.Model.Lists;
using Holdfast.Model.Releases;
using Holdfast.Releases.Canonical;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Wire;

namespace Holdfast.Artifacts.Lists;

/// <summary>
/// A list as an artifact: <c>{"id","items":[...],"kind","name"}</c>, the items as <see cref="ListConfig.Items"/> has them. Every item that
/// is not in its canonical form, not behind the one before it, or there twice is a problem.
/// </summary>
public sealed class ListArtifact : IArtifactCheck
{
    /// <summary>The format that <see cref="Write"/> makes, and the only one that is read.</summary>
    public const int FormatVersion = 1;

    // Of a list that is wrong all over, the first few say enough.
    private const int MostProblems = 20;

    private static readonly string ItemsForm = string.Create(
        CultureInfo.InvariantCulture,
        $"an array of at most {ListLimits.Items} strings"
    );

    private static readonly string KindForm = string.Join(", ", ListKinds.Names);

    /// <inheritdoc/>
    public ArtifactKind Kind => ArtifactKind.List;

    /// <summary>The list's canonical bytes.</summary>
    public static byte[] Write(ListConfig list)
    {
        var writer = new CanonicalJsonWriter(256 + (list.Items.Length * 20));
        writer.StartObject();
        writer.Name("id");
        writer.Value(list.Id);
        writer.Name("items");
        writer.StartArray();
        foreach (var item in list.Items)
        {
            writer.Value(item);
        }

        writer.EndArray();
        writer.Name("kind");
        writer.Value(ListKinds.NameOf(list.Kind));
        writer.Name("name");
        writer.Value(list.Name);
        writer.EndObject();
        return writer.ToArray();
    }

    /// <summary>Reads a list. Never throws for what the bytes are.</summary>
    /// <param name="formatVersion">The payload's format.</param>
    /// <param name="payload">The payload.</param>
    /// <param name="list">The list when there is no problem.</param>
    /// <param name="problems">Problems found; not all when there are many.</param>
    public static bool TryParse(
        int formatVersion,
        ReadOnlySpan<byte> payload,
        [NotNullWhen(true)] out ListConfig? list,
        out IReadOnlyList<ArtifactProblem> problems
    )
    {
        var found = new List<ArtifactProblem>();
        problems = found;
        list = null;
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
            var read = Read(document.RootElement, found);
            list = found.Count == 0 ? read : null;
            return list is not null;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<ArtifactProblem> Check(int formatVersion, ReadOnlySpan<byte> payload)
    {
        TryParse(formatVersion, payload, out _, out var problems);
        return problems;
    }

    private static ListConfig? Read(JsonElement root, List<ArtifactProblem> problems)
    {
        var members = new JsonMembers(root, "", problems);
        var id = members.RequireText("id", ArtifactId.Form);
        if (id is not null && !ArtifactId.IsWellFormed(id))
        {
            members.Report("id", "something else", ArtifactId.Form);
        }

        var name = members.RequireText("name", ListName.Form);
        if (name is not null && !ListName.IsWellFormed(name))
        {
            members.Report("name", "something else", ListName.Form);
        }

        ListKind? kind = null;
        if (members.RequireText("kind", KindForm) is { } text && (kind = ListKinds.Find(text)) is null)
        {
            members.Report("kind", "something else", KindForm);
        }

        var items = ImmutableArray<string>.Empty;
        if (members.TryRequire("items", ItemsForm, out var array) && kind is not null)
        {
            if (array.ValueKind == JsonValueKind.Array && array.GetArrayLength() <= ListLimits.Items)
            {
                items = ReadItems(kind.Value, array, members.PointerTo("items"), problems);
            }
            else
            {
                members.Report("items", StrictJson.Describe(array), ItemsForm);
            }
        }

        members.RefuseOthers();
        return id is null || name is null || kind is null
            ? null
            : new ListConfig
            {
                Id = id,
                Name = name,
                Kind = kind.Value,
                Items = items,
            };
    }

    private static ImmutableArray<string> ReadItems(ListKind kind, JsonElement array, string pointer, List<ArtifactProblem> problems)
    {
        var items = ImmutableArray.CreateBuilder<string>(array.GetArrayLength());
        string? before = null;
        foreach (var element in array.EnumerateArray())
        {
            var item = StrictJson.TextOf(element);
            var problem =
                item is null || ListItem.Canonical(kind, item) != item ? ListItem.FormOf(kind)
                : before is not null && string.CompareOrdinal(before, item) >= 0 ? "items in ordinal order, each once"
                : before is not null
                && kind == ListKind.Redirect
                && RedirectText.SourceOf(before).SequenceEqual(RedirectText.SourceOf(item))
                    ? "each source once"
                : null;
            if (problem is not null)
            {
                var place = string.Create(CultureInfo.InvariantCulture, $"{pointer}/{items.Count}");
                problems.Add(new ArtifactProblem(place, StrictJson.Describe(element), problem));
                if (problems.Count >= MostProblems)
                {
                    return [];
                }
            }

            before = item;
            items.Add(item ?? "");
        }

        return items.DrainToImmutable();
    }
}
