using System.Text.Json.Nodes;
using Holdfast.Control.Access;
using Holdfast.Control.Envelope;
using Holdfast.Control.Operators.Passwords;
using Holdfast.Releases.Keys;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.Operators;

/// <summary>
/// What operators prove themselves with: passwords, second factors, recovery codes, API keys. Changes to one's own ask for the
/// password; an administrator can set a password and take second factor and key away, and never sees one.
/// </summary>
internal sealed class CredentialEndpoints
{
    private const string KeyPrefix = "hfk_";
    private const string OwnPassword = "your own password";

    private readonly OperatorRequests _requests;
    private readonly PasswordCheck _passwords;
    private readonly SecretBox _secrets;
    private readonly TimeProvider _time;

    public CredentialEndpoints(OperatorRequests requests, PasswordCheck passwords, SecretBox secrets, TimeProvider time)
    {
        _requests = requests;
        _passwords = passwords;
        _secrets = secrets;
        _time = time;
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        OperatorOperations.SetPassword.Map(routes, SetPasswordAsync);
        OperatorOperations.EnrolTotp.Map(routes, EnrolTotpAsync);
        OperatorOperations.ConfirmTotp.Map(routes, ConfirmTotpAsync);
        OperatorOperations.RemoveTotp.Map(routes, RemoveTotpAsync);
        OperatorOperations.RenewRecoveryCodes.Map(routes, RenewRecoveryCodesAsync);
        OperatorOperations.RollApiKey.Map(routes, RollApiKeyAsync);
        OperatorOperations.RemoveApiKey.Map(routes, RemoveApiKeyAsync);
    }

    private async Task SetPasswordAsync(HttpContext context)
    {
        var named = await _requests.FindAsync(context).ConfigureAwait(false);
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var password = body.Members.RequireText("new_password", PasswordRules.Allowed);
        var current = body.Members.OptionalText("current_password", OwnPassword);
        if (password is not null && PasswordRules.Problem(password, named.Email) is { } problem)
        {
            body.Members.Report("new_password", problem, PasswordRules.Allowed);
        }

        body.Complete();
        await RequireSelfOrPowerAsync(context, named, current).ConfigureAwait(false);
        var hash = await _passwords.HashAsync(password!, context.RequestAborted).ConfigureAwait(false);
        var caller = Caller.Of(context);
        var kept = caller.OperatorId == named.Id && caller.Credential == CredentialKind.Session ? caller.CredentialId : "";
        var change = new OperatorChange("password", before => before with { PasswordHash = hash }) { EndsSessionsBut = kept };
        await ChangeAsync(context, named, change).ConfigureAwait(false);
    }

    private async Task EnrolTotpAsync(HttpContext context)
    {
        var named = await SelfAsync(context).ConfigureAwait(false);
        if (named.TotpConfirmed)
        {
            throw new ApiException(409, new ApiError(ErrorCodes.Conflict, "there is a second factor already; remove it first"));
        }

        var (box, secret, uri) = TotpSecret.New(_secrets, named.Id, named.Email);
        await _requests
            .ChangeAsync(
                context,
                named.Id,
                new OperatorChange(
                    "second factor, not confirmed yet",
                    before =>
                        before.TotpConfirmed
                            ? throw new ApiException(409, new ApiError(ErrorCodes.Conflict, "there is a second factor already"))
                            : before with
                            {
                                TotpSecret = box,
                            }
                )
            )
            .ConfigureAwait(false);
        await ApiAnswer.ResultAsync(context, new JsonObject { ["secret"] = secret, ["uri"] = uri }).ConfigureAwait(false);
    }

    private async Task ConfirmTotpAsync(HttpContext context)
    {
        var named = await _requests.FindAsync(context).ConfigureAwait(false);
        OperatorRequests.RequireSelf(context, named);
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var code = body.Members.RequireText("code", "a code of six digits");
        body.Complete();
        if (named.TotpSecret is null || named.TotpConfirmed)
        {
            throw new ApiException(409, new ApiError(ErrorCodes.Conflict, "there is no second factor that waits for its first code"));
        }

        var now = _time.GetUtcNow().UtcDateTime;
        if (TotpSecret.Step(_secrets, named.TotpSecret, named.Id, code!, named.TotpStep, now) is not { } step)
        {
            throw ApiException.Invalid("/code", "the code does not fit; check the clock of the device that made it");
        }

        var change = new OperatorChange("second factor", before => before with { TotpConfirmed = true, TotpStep = step });
        await ChangeCodesAsync(context, named, change).ConfigureAwait(false);
    }

    private async Task RemoveTotpAsync(HttpContext context)
    {
        var named = await _requests.FindAsync(context).ConfigureAwait(false);

        // Who does it to another has nothing to say; what is said is looked at all the same.
        using var body = await RequestBody.ReadOptionalAsync(context).ConfigureAwait(false);
        var current = body.Members.OptionalText("current_password", OwnPassword);
        body.Complete();
        await RequireSelfOrPowerAsync(context, named, current).ConfigureAwait(false);
        var change = new OperatorChange("second factor", before => before with { TotpSecret = null, TotpConfirmed = false })
        {
            RecoveryCodes = named.TotpSecret is null ? null : [],
        };
        await ChangeAsync(context, named, change).ConfigureAwait(false);
    }

    private async Task RenewRecoveryCodesAsync(HttpContext context)
    {
        var named = await SelfAsync(context).ConfigureAwait(false);
        if (!named.TotpConfirmed)
        {
            throw new ApiException(
                409,
                new ApiError(ErrorCodes.Conflict, "recovery codes stand in for a second factor, and there is none")
            );
        }

        await ChangeCodesAsync(context, named, new OperatorChange("recovery codes", before => before)).ConfigureAwait(false);
    }

    private async Task RollApiKeyAsync(HttpContext context)
    {
        var named = await SelfAsync(context).ConfigureAwait(false);
        var key = OpaqueSecret.New(KeyPrefix);
        var hash = OpaqueSecret.Hash(key);
        await _requests
            .ChangeAsync(context, named.Id, new OperatorChange("API key", before => before with { ApiKeyHash = hash }))
            .ConfigureAwait(false);
        await ApiAnswer.ResultAsync(context, new JsonObject { ["api_key"] = key }).ConfigureAwait(false);
    }

    private async Task RemoveApiKeyAsync(HttpContext context)
    {
        var named = await _requests.FindAsync(context).ConfigureAwait(false);
        if (!OperatorRequests.IsSelf(context, named))
        {
            OperatorRequests.RequirePower(context, named.Role);
        }

        await ChangeAsync(context, named, new OperatorChange("API key", before => before with { ApiKeyHash = null })).ConfigureAwait(false);
    }

    /// <summary>The operator who asks, who is the one that the path names and knows their password.</summary>
    private async Task<StoredOperator> SelfAsync(HttpContext context)
    {
        var named = await _requests.FindAsync(context).ConfigureAwait(false);
        OperatorRequests.RequireSelf(context, named);
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var password = body.Members.RequireText("current_password", OwnPassword);
        body.Complete();
        await _requests.RequirePasswordAsync(context, named, password).ConfigureAwait(false);
        return named;
    }

    private async Task RequireSelfOrPowerAsync(HttpContext context, StoredOperator named, string? current)
    {
        if (OperatorRequests.IsSelf(context, named))
        {
            await _requests.RequirePasswordAsync(context, named, current).ConfigureAwait(false);
        }
        else
        {
            OperatorRequests.RequirePower(context, named.Role);
        }
    }

    private async Task ChangeAsync(HttpContext context, StoredOperator named, OperatorChange change) =>
        await OperatorRequests
            .AnswerAsync(context, await _requests.ChangeAsync(context, named.Id, change).ConfigureAwait(false))
            .ConfigureAwait(false);

    private async Task ChangeCodesAsync(HttpContext context, StoredOperator named, OperatorChange change)
    {
        var codes = RecoveryCode.New();
        change = change with { RecoveryCodes = [.. codes.Select(RecoveryCode.Hash)] };
        await _requests.ChangeAsync(context, named.Id, change).ConfigureAwait(false);
        var shown = new JsonArray([.. codes.Select(code => (JsonNode)code)]);
        await ApiAnswer.ResultAsync(context, new JsonObject { ["recovery_codes"] = shown }).ConfigureAwait(false);
    }
}
