using Holdfast.Control.Access;
using Holdfast.Control.Operations;

namespace Holdfast.Control.SigningKeys;

/// <summary>What can be done with signing keys.</summary>
internal static class SigningKeyOperations
{
    private const string Keys = "/holdfast/v1/signing_keys";

    private static readonly ApiSchema Id = ApiSchema.Text("The key's id.", "0f3a5f60a1b748d3a6f0c4d2e8b91757");

    public static ApiOperation List { get; } =
        new("GET", Keys, "signing-keys-list", "List the keys whose releases are believed")
        {
            Permission = PermissionGroups.AccountSettingsRead,
            Query = ApiParameter.Paging,
            Result = ApiSchema.List(
                ApiSchema.Object(
                    ("id", Id),
                    ("status", ApiSchema.OneOf("Whether releases are signed with it, or were.", "signing", "former")),
                    ("public_key", ApiSchema.Text("Its public half, PEM.", "-----BEGIN PUBLIC KEY-----..."))
                )
            ),
            Paged = true,
        };

    public static ApiOperation Rotate { get; } =
        new("POST", Keys, "signing-keys-rotate", "Sign with a new key")
        {
            Permission = PermissionGroups.AccountSettingsWrite,
            Description = "The old key announces the new one, so that edges learn it through the feed. They believe the old one still.",
            Result = ApiSchema.Object(("id", Id)),
        };
}
