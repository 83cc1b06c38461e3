using System.Collections.Immutable;
using Holdfast.Artifacts.Lists;
using Holdfast.Artifacts.Rulesets;
using Holdfast.Control.Releases.Rehearsals;
using Holdfast.Control.Storage;
using Holdfast.Model.Rulesets;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Control.Rulesets;

/// <summary>Whose rulesets requests are about: a zone's, which its path names, or the account's.</summary>
internal abstract class RulesetScope
{
    /// <summary>What can be done with them.</summary>
    public abstract RulesetOperations Operations { get; }

    /// <summary>Their kinds; the first is that of entry points.</summary>
    public abstract ImmutableArray<RulesetKind> Kinds { get; }

    /// <summary>The kind of entry points.</summary>
    public RulesetKind EntryPoint => Kinds[0];

    /// <summary>The phases that entry points can be of.</summary>
    public RulesetPhases Phases => RulesetKinds.PhasesOf(EntryPoint);

    /// <summary>All of them.</summary>
    /// <exception cref="Envelope.ApiException">The path names nobody who has any.</exception>
    public abstract Task<ImmutableArray<RulesetConfig>> AllAsync(HttpContext context);

    /// <summary>Makes, changes or removes one.</summary>
    /// <param name="context">The request.</param>
    /// <param name="change">Gives the change, from the rulesets that there are.</param>
    /// <param name="dryRun">Whether all is done but the writing.</param>
    /// <returns>The ruleset as it is now; null when it is gone.</returns>
    public abstract Task<RulesetConfig?> ChangeAsync(
        HttpContext context,
        Func<ImmutableArray<RulesetConfig>, RulesetChange> change,
        bool dryRun
    );

    /// <summary>The artifact as it would be with a ruleset in the place of the one that has its id, or beside the others.</summary>
    public abstract Task<ProposedArtifact> ProposedAsync(HttpContext context, RulesetConfig wanted);

    /// <summary>The versions of a ruleset that are kept, the newest first.</summary>
    public abstract Task<IReadOnlyList<RulesetConfig>> VersionsAsync(string rulesetId);

    /// <summary>A version of a ruleset, or null.</summary>
    public abstract Task<RulesetConfig?> VersionAsync(string rulesetId, long version);

    /// <summary>Forgets an old version.</summary>
    /// <returns>Whether there was one.</returns>
    public abstract Task<bool> RemoveVersionAsync(HttpContext context, string rulesetId, long version);

    /// <summary>What rules can refer to.</summary>
    public abstract Task<RuleReferences> ReferencesAsync();

    /// <summary>Whether the caller may see rulesets of a phase.</summary>
    public abstract bool MayRead(HttpContext context, string phase);

    /// <exception cref="Envelope.ApiException">The caller may not do with rulesets of this phase what the request does.</exception>
    public abstract void Require(HttpContext context, string phase);
}

/// <summary>What rules can refer to.</summary>
/// <param name="Lists">The account's lists.</param>
/// <param name="Rulesets">The rulesets that rules can execute.</param>
internal sealed record RuleReferences(KnownLists Lists, KnownRulesets Rulesets);
