using Holdfast.Control.Envelope;

namespace Holdfast.Control.Rulesets;

/// <summary>What there is not.</summary>
internal static class RulesetErrors
{
    /// <summary>Cloudflare's for a ruleset that there is not.</summary>
    public const int NotFound = 10_003;

    public static ApiException Conflict(string message, string? pointer = null) =>
        new(409, new ApiError(ErrorCodes.Conflict, message, pointer));

    public static ApiException NoRuleset(string id) => ApiException.NotFound($"could not find ruleset {id}", NotFound);

    public static ApiException NoRule(string id) => ApiException.NotFound($"could not find rule {id} in the ruleset", NotFound);

    public static ApiException NoVersion(string version) =>
        ApiException.NotFound($"could not find version {version} of the ruleset", NotFound);

    public static ApiException NoEntryPoint(string phase) =>
        ApiException.NotFound($"could not find entrypoint ruleset in the {phase} phase", NotFound);
}
