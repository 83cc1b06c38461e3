using Holdfast.Control.Operations;

namespace Holdfast.Control.Tokens;

/// <summary>What can be done with tokens.</summary>
internal static class TokenOperations
{
    public const string VerifyPath = "/client/v4/user/tokens/verify";

    public static ApiOperation Verify { get; } =
        new("GET", VerifyPath, "tokens-verify", "Test the token that is sent")
        {
            Permission = null,
            Result = ApiSchema.Object(
                ("id", ApiSchema.Text("The token's id.", "ed17574386854bf78a67040be0a770b0")),
                ("status", ApiSchema.OneOf("Its state.", "active", "disabled", "expired"))
            ),
        };
}
