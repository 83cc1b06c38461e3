using System.Collections.Immutable;
using Holdfast.Cli.ControlApi;
using Holdfast.Model.Rulesets;

namespace Holdfast.Cli.RuleTrials;

/// <summary>A zone's rules as they are at control.</summary>
internal static class LiveRules
{
    /// <summary>Asks for them.</summary>
    /// <param name="control">The API.</param>
    /// <param name="zoneId">The zone.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>In the order of their phases; those that the token may see.</returns>
    public static async Task<ImmutableArray<RulesetConfig>> GetAsync(
        ControlClient control,
        string zoneId,
        CancellationToken cancellationToken
    )
    {
        var path = $"/client/v4/zones/{zoneId}/rulesets";
        var list = (await control.CallAsync(HttpMethod.Get, path, null, cancellationToken)).GetProperty("result");
        var rulesets = new List<RulesetConfig>();
        foreach (var listed in list.EnumerateArray())
        {
            var id = ZoneApi.Text(listed, "id");
            var ruleset = (await control.CallAsync(HttpMethod.Get, $"{path}/{id}", null, cancellationToken)).GetProperty("result");
            rulesets.AddRange(RuleFile.Of(ruleset, ZoneApi.Text(ruleset, "phase"), "control's answer"));
        }

        return [.. rulesets.OrderBy(ruleset => Artifacts.Rulesets.RulesetPhase.Order(ruleset.Phase))];
    }

    /// <summary>Asks for the account's rulesets.</summary>
    /// <param name="control">The API.</param>
    /// <param name="accountId">The account.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>All of them; null when the token may not see them.</returns>
    public static async Task<ImmutableArray<RulesetConfig>?> GetOfAccountAsync(
        ControlClient control,
        string accountId,
        CancellationToken cancellationToken
    )
    {
        var path = $"/client/v4/accounts/{accountId}/rulesets";
        if (await control.TryCallAsync(path, cancellationToken) is not { } list)
        {
            return null;
        }

        var rulesets = ImmutableArray.CreateBuilder<RulesetConfig>();
        foreach (var listed in list.GetProperty("result").EnumerateArray())
        {
            var id = ZoneApi.Text(listed, "id");
            var answer = await control.CallAsync(HttpMethod.Get, $"{path}/{id}", null, cancellationToken);
            rulesets.Add(RuleFile.OfAccount(answer.GetProperty("result"), "control's answer"));
        }

        return rulesets.ToImmutable();
    }

    /// <summary>What there would be if a file's rulesets took the place of those of their phases.</summary>
    public static ImmutableArray<RulesetConfig> With(ImmutableArray<RulesetConfig> live, ImmutableArray<RulesetConfig> file) =>
        [
            .. live.Where(ruleset => file.All(other => other.Phase != ruleset.Phase))
                .Concat(file)
                .OrderBy(ruleset => Artifacts.Rulesets.RulesetPhase.Order(ruleset.Phase)),
        ];
}
