using Holdfast.Control.Access;
using Holdfast.Control.Operations;

namespace Holdfast.Control.Releases;

/// <summary>What can be done to releases by hand.</summary>
internal static class ReleaseActionOperations
{
    /// <summary>Longest reason in characters.</summary>
    public const int MaxReasonLength = 500;

    private const string Artifact =
        ReleaseOperations.Releases + "/{" + ReleaseOperations.KindParameter + "}/{" + ReleaseOperations.NameParameter + "}";

    private const string WhileOnItsWay =
        "Only while its rollout is not over (409). `If-Match` with the release's entity tag guards it against what happened meanwhile.";

    private static readonly ApiSchema Reason = ApiSchema.Text($"Why, 1 to {MaxReasonLength} characters.", "errors at the shop");

    public static ApiOperation Pause { get; } = OnItsWay("pause", "Hold a release where it is");

    public static ApiOperation Resume { get; } = OnItsWay("resume", "Let a release go on that was held");

    public static ApiOperation Skip { get; } =
        OnItsWay("skip", "Go to a release's next wave without waiting longer for this one, its edges or its soak");

    public static ApiOperation Abort { get; } = OnItsWay("abort", "End a release's rollout, and take it back from the edges that have it");

    public static ApiOperation Revert { get; } =
        new("POST", Artifact + "/revert", "releases-revert", "Publish an older release's content again, for every edge at once")
        {
            Permission = PermissionGroups.AccountSettingsWrite,
            Description =
                "Of zones, lists and kill switches. A zone's DNS records stay as they are. Without a generation: the one before what is in use.",
            Body = ApiSchema.Object(("generation?", ApiSchema.Whole("Whose content.", 1)), ("reason", Reason)),
            Result = ApiSchema.Object(("generation", ApiSchema.Whole("The release that was published.", 3))),
        };

    public static ApiOperation Pin { get; } =
        new("PUT", Artifact + "/pin", "releases-pin", "Hold an artifact at the release that is in use")
        {
            Permission = PermissionGroups.AccountSettingsWrite,
            Description = "Newer releases are stored and wait until it is unpinned. Zones, certificates and lists can be pinned.",
            Body = ApiSchema.Object(("reason", Reason)),
            Result = ReleaseOperations.Pin,
        };

    public static ApiOperation Unpin { get; } =
        new("DELETE", Artifact + "/pin", "releases-unpin", "Let a pinned artifact go on: the newest release that waits begins its way")
        {
            Permission = PermissionGroups.AccountSettingsWrite,
            Result = ReleaseOperations.Pin,
        };

    private static ApiOperation OnItsWay(string verb, string summary) =>
        new("POST", $"{ReleaseOperations.One}/{verb}", $"releases-{verb}", summary)
        {
            Permission = PermissionGroups.AccountSettingsWrite,
            Description = WhileOnItsWay,
            Body = ApiSchema.Object(("reason", Reason)),
            Result = ReleaseOperations.Release,
        };
}
