using Holdfast.Control.Access;
using Holdfast.Control.Operations;
using Holdfast.Control.Operators.Passwords;

namespace Holdfast.Control.Operators;

/// <summary>What can be done with operators.</summary>
internal static class OperatorOperations
{
    /// <summary>The route value that names an operator; <c>me</c> is the one who asks.</summary>
    public const string Parameter = "operator_id";

    private const string Operators = "/holdfast/v1/operators";
    private const string OneOperator = Operators + "/{" + Parameter + "}";

    private const string OwnOrAll = "`me` is the operator who asks. Others need the permission to write account settings.";

    private static readonly ApiSchema Id = ApiSchema.Text("The operator's id.", "5d41402abc4b2a76b9719d911017c592");
    private static readonly ApiSchema Email = ApiSchema.Text("Their e-mail address.", "ops@example.com");
    private static readonly ApiSchema Name = ApiSchema.Text("What people call them.", "Alex");
    private static readonly ApiSchema Role = ApiSchema.OneOf("What they may do.", [.. OperatorRoles.Names]);
    private static readonly ApiSchema Disabled = ApiSchema.Flag("Whether they are kept out.", false);
    private static readonly ApiSchema NewPassword = ApiSchema.Text(PasswordRules.Allowed + ".", "a long sentence that nobody guesses");
    private static readonly ApiSchema OwnPassword = ApiSchema.Text(
        "The password of the operator who asks; needed for changes to oneself.",
        "a long sentence that nobody guesses"
    );

    private static readonly ApiSchema Operator = ApiSchema.Object(
        ("id", Id),
        ("email", Email),
        ("name", Name),
        ("role", Role),
        ("disabled", Disabled),
        ("two_factor_enabled", ApiSchema.Flag("Whether a code is asked for as well.", false)),
        ("recovery_codes_left", ApiSchema.Whole("Recovery codes that were not used yet.", 0)),
        ("has_api_key", ApiSchema.Flag("Whether there is an API key.", false)),
        ("signed_in_on", ApiSchema.Time("When they last signed in.").OrNull()),
        ("created_on", ApiSchema.Time("When they were added.")),
        ("modified_on", ApiSchema.Time("When they were last changed.")),
        ("generation", ApiSchema.Whole("Rises with every change; the ETag.", 1))
    );

    private static readonly ApiSchema Codes = ApiSchema.Object(
        ("recovery_codes", ApiSchema.List(ApiSchema.Text("Good once. Shown once.", "abcd-efgh-jkmn-pqrs")))
    );

    private static readonly ApiSchema Deleted = ApiSchema.Object(("id", Id));

    public static ApiOperation List { get; } =
        new("GET", Operators, "operators-list", "List operators")
        {
            Permission = PermissionGroups.AccountSettingsRead,
            Query = ApiParameter.Paging,
            Result = ApiSchema.List(Operator),
            Paged = true,
        };

    public static ApiOperation Create { get; } =
        new("POST", Operators, "operators-create", "Add an operator")
        {
            Permission = PermissionGroups.AccountSettingsWrite,
            Description = "Nobody can give a role that may do more than they may themselves.",
            Body = ApiSchema.Object(("email", Email), ("password", NewPassword), ("name?", Name), ("role?", Role)),
            Result = Operator,
        };

    public static ApiOperation Get { get; } =
        new("GET", OneOperator, "operators-get", "Show an operator")
        {
            Permission = null,
            Description = OwnOrAll,
            Result = Operator,
        };

    public static ApiOperation Edit { get; } =
        new("PATCH", OneOperator, "operators-edit", "Change an operator")
        {
            Permission = PermissionGroups.AccountSettingsWrite,
            Description = "Disabling an operator ends their sessions and stops their API key.",
            Body = ApiSchema.Object(("email?", Email), ("name?", Name), ("role?", Role), ("disabled?", Disabled)),
            Result = Operator,
        };

    public static ApiOperation Delete { get; } =
        new("DELETE", OneOperator, "operators-delete", "Remove an operator")
        {
            Permission = PermissionGroups.AccountSettingsWrite,
            Result = Deleted,
        };

    public static ApiOperation SetPassword { get; } =
        new("PUT", OneOperator + "/password", "operators-set-password", "Set an operator's password")
        {
            Permission = null,
            Description = OwnOrAll + " Ends the operator's other sessions.",
            Body = ApiSchema.Object(("new_password", NewPassword), ("current_password?", OwnPassword)),
            Result = Operator,
        };

    public static ApiOperation EnrolTotp { get; } =
        new("POST", OneOperator + "/totp", "operators-enrol-totp", "Begin with a second factor")
        {
            Permission = null,
            Description = "For oneself only. Codes are asked for once one was confirmed.",
            Body = ApiSchema.Object(("current_password", OwnPassword)),
            Result = ApiSchema.Object(
                ("secret", ApiSchema.Text("The secret in base32. Shown once.", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")),
                ("uri", ApiSchema.Text("The same as an authenticator reads it.", "otpauth://totp/Holdfast:ops%40example.com?secret=..."))
            ),
        };

    public static ApiOperation ConfirmTotp { get; } =
        new("POST", OneOperator + "/totp/confirm", "operators-confirm-totp", "Switch the second factor on")
        {
            Permission = null,
            Description = "For oneself only.",
            Body = ApiSchema.Object(("code", ApiSchema.Text("A code of the authenticator.", "123456"))),
            Result = Codes,
        };

    public static ApiOperation RemoveTotp { get; } =
        new("DELETE", OneOperator + "/totp", "operators-remove-totp", "Switch the second factor off")
        {
            Permission = null,
            Description = OwnOrAll,
            Body = ApiSchema.Object(("current_password?", OwnPassword)),
            Result = Operator,
        };

    public static ApiOperation RenewRecoveryCodes { get; } =
        new("POST", OneOperator + "/recovery_codes", "operators-renew-recovery-codes", "Make new recovery codes")
        {
            Permission = null,
            Description = "For oneself only. Those from before are void.",
            Body = ApiSchema.Object(("current_password", OwnPassword)),
            Result = Codes,
        };

    public static ApiOperation RollApiKey { get; } =
        new("POST", OneOperator + "/api_key", "operators-roll-api-key", "Make a new API key")
        {
            Permission = null,
            Description = "For oneself only. It goes with `X-Auth-Email` and `X-Auth-Key`; the one from before is void.",
            Body = ApiSchema.Object(("current_password", OwnPassword)),
            Result = ApiSchema.Object(("api_key", ApiSchema.Text("Shown once.", "hfk_0123456789abcdef"))),
        };

    public static ApiOperation RemoveApiKey { get; } =
        new("DELETE", OneOperator + "/api_key", "operators-remove-api-key", "Remove the API key")
        {
            Permission = null,
            Description = OwnOrAll,
            Result = Operator,
        };
}
