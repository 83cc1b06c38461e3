using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Json;
using Holdfast.Model.Rulesets;
using Holdfast.Rules.Phases;

namespace Holdfast.Artifacts.Rulesets.Actions;

/// <summary><c>compress_response</c>: <c>{"algorithms":[{"name"}]}</c>.</summary>
internal sealed class CompressResponseActionJson()
    : RuleActionJson("compress_response", "an object with algorithms", RulePhase.HttpResponseCompression)
{
    private const string Form = "an array of 1 to 6 objects with name, each name once";

    private static readonly ImmutableArray<string> Algorithms =
    [
        .. Enum.GetNames<CompressionAlgorithm>().Select(name => name.ToLowerInvariant()),
    ];

    private static readonly string NameForm = string.Join(", ", Algorithms);

    /// <inheritdoc/>
    public override RuleAction? Read(JsonMembers? members, RulePhase phase, Action missing)
    {
        if (members is null)
        {
            missing();
            return null;
        }

        if (!members.TryRequire("algorithms", Form, out var list))
        {
            return null;
        }

        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0 || list.GetArrayLength() > Algorithms.Length)
        {
            members.Report("algorithms", StrictJson.Describe(list), Form);
            return null;
        }

        var algorithms = ImmutableArray.CreateBuilder<CompressionAlgorithm>(list.GetArrayLength());
        for (var i = 0; i < list.GetArrayLength(); i++)
        {
            var item = members.At("algorithms", list[i], i);
            if (ReadName(item, algorithms) is { } algorithm)
            {
                algorithms.Add(algorithm);
            }

            item.RefuseOthers();
        }

        return algorithms.Count == 0 ? null : new CompressResponseAction(algorithms.DrainToImmutable());
    }

    /// <inheritdoc/>
    public override JsonObject? Write(RuleAction action) =>
        new()
        {
            ["algorithms"] = new JsonArray([
                .. ((CompressResponseAction)action).Algorithms.Select(algorithm =>
                    (JsonNode)new JsonObject { ["name"] = Algorithms[(int)algorithm] }
                ),
            ]),
        };

    private static CompressionAlgorithm? ReadName(JsonMembers item, ImmutableArray<CompressionAlgorithm>.Builder before)
    {
        if (!item.IsObject || item.RequireText("name", NameForm) is not { } name)
        {
            return null;
        }

        var algorithm = (CompressionAlgorithm)Algorithms.IndexOf(name);
        var problem =
            algorithm < 0 ? $"'{name}'"
            : before.Contains(algorithm) ? $"'{name}' once more"
            : algorithm == CompressionAlgorithm.None && before.Count > 0 ? "'none' beside others"
            : before.Count > 0 && before[^1] is CompressionAlgorithm.None or CompressionAlgorithm.Auto or CompressionAlgorithm.Default
                ? $"'{name}' behind '{Algorithms[(int)before[^1]]}', which leaves nothing to it"
            : null;
        if (problem is not null)
        {
            item.Report("name", problem, NameForm);
            return null;
        }

        return algorithm;
    }
}
