using Holdfast.Artifacts.Rulesets;
using Holdfast.Edge.Guard;
using Holdfast.Edge.KillSwitches;
using Holdfast.Edge.Rules;
using Holdfast.Edge.Rules.Executing;
using Holdfast.Model.Releases;
using Holdfast.Model.Rulesets;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Rollout;
using Holdfast.Releases.Store;
using Holdfast.Rules.Phases;

namespace Holdfast.Edge.Releases;

/// <summary>
/// Takes the account's rulesets into use. All of them are read at a start, before the first zone is compiled. A changed one is compiled once,
/// off the request path; zones find its rules compiled. Requests in flight finish on the rules that they began with.
/// </summary>
internal sealed class AccountRulesetConsumer(RuleContext rules, ReleaseStore store, KillSwitchBoard kills, EdgeGuard guard)
    : IReleaseConsumer
{
    /// <inheritdoc/>
    public ArtifactKind Kind => ArtifactKind.AccountRuleset;

    /// <inheritdoc/>
    public PreparedRelease Prepare(Release release)
    {
        var config = ConfigOf(release);
        var known = store.Find(ArtifactKind.AccountRuleset, release.Name)?.Number;
        if (rules.Account.ProblemOf(config, known) is { } problem)
        {
            throw new ArtifactRefusedException(problem);
        }

        var compiled = new AccountRuleset(config, rules);
        return new PreparedRelease(0, (artifact, _) => rules.Account.Put(artifact, compiled, rules))
        {
            Sides = new AccountRulesetSides(rules, kills, guard, compiled.Phase, known, compiled),
        };
    }

    /// <inheritdoc/>
    public IReleaseSides? Watch(Release release) =>
        AccountRulesetArtifact.TryParse(release.FormatVersion, release.Payload.Span, out var config, out _)
        && RulePhases.TryFind(config.Phase, out var phase)
            ? new AccountRulesetSides(
                rules,
                kills,
                guard,
                phase.Value,
                store.Find(ArtifactKind.AccountRuleset, release.Name)?.Number,
                candidate: null
            )
            : null;

    /// <summary>A release's ruleset.</summary>
    /// <exception cref="ArtifactRefusedException">It is none.</exception>
    public static RulesetConfig ConfigOf(Release release)
    {
        if (!AccountRulesetArtifact.TryParse(release.FormatVersion, release.Payload.Span, out var config, out var problems))
        {
            throw new ArtifactRefusedException(string.Join("; ", problems));
        }

        return config.Id == release.Name
            ? config
            : throw new ArtifactRefusedException($"the release is named {release.Name} and holds the ruleset {config.Id}");
    }

    /// <inheritdoc/>
    public void Deactivate(StoredArtifact before, Release tombstone) => rules.Account.Remove(before.Number, rules);
}
