using Holdfast.Control.Access;
using Holdfast.Control.Operations;

namespace Holdfast.Control.Releases;

/// <summary>What can be asked of releases.</summary>
internal static class ReleaseOperations
{
    private static readonly ApiSchema Kind = ApiSchema.OneOf(
        "The kind of artifact.",
        "zone",
        "certificate",
        "signing-key",
        "list",
        "bot-features",
        "kill-switch"
    );

    private static readonly ApiSchema Name = ApiSchema.Text("The artifact's id.", "353e105f4ecef8ad9ca31a8372d0c023");

    public static ApiOperation List { get; } =
        new("GET", "/holdfast/v1/releases", "releases-list", "List what was published, newest first")
        {
            Permission = PermissionGroups.AccountSettingsRead,
            Query = [new("kind", Kind), new("name", Name), .. ApiParameter.Paging],
            Result = ApiSchema.List(
                ApiSchema.Object(
                    ("position", ApiSchema.Whole("Its place in the feed.", 1)),
                    ("kind", Kind),
                    ("name", Name),
                    ("generation", ApiSchema.Whole("Its number among the artifact's releases.", 1)),
                    ("digest", ApiSchema.Text("SHA-256 of its payload.", new string('0', 64))),
                    ("removed", ApiSchema.Flag("Whether it takes the artifact away.", false)),
                    ("created_on", ApiSchema.Time("When it was published."))
                )
            ),
            Paged = true,
        };
}
