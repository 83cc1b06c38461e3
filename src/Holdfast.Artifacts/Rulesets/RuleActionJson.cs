using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Json;
using Holdfast.Model.Rulesets;
using Holdfast.Rules.Phases;

namespace Holdfast.Artifacts.Rulesets;

/// <summary>One action in JSON: in the API and in releases alike.</summary>
/// <param name="name">Its name in the API.</param>
/// <param name="parameters">What its parameters can be, for messages.</param>
/// <param name="phases">The phases whose rules can have it.</param>
internal abstract class RuleActionJson(string name, string parameters, params ImmutableArray<RulePhase> phases)
{
    /// <summary>Its name in the API.</summary>
    public string Name => name;

    /// <summary>What its parameters can be, for messages.</summary>
    public string Parameters => parameters;

    /// <summary>The phases whose rules can have it.</summary>
    public ImmutableArray<RulePhase> Phases => phases;

    /// <summary>Reads its parameters; what is wrong is reported.</summary>
    /// <param name="members">The parameters; null when there are none.</param>
    /// <param name="phase">The rule's phase.</param>
    /// <param name="missing">Reports that nothing is said where something must be.</param>
    /// <returns>Null when there is a problem.</returns>
    public abstract RuleAction? Read(JsonMembers? members, RulePhase phase, Action missing);

    /// <summary>Writes its parameters; null when it has none.</summary>
    public abstract JsonObject? Write(RuleAction action);
}
