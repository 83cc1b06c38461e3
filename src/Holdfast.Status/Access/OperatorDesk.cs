using System.Globalization;
using System.Text.RegularExpressions;
using Holdfast.Status.Storage;

namespace Holdfast.Status.Access;

/// <summary>The people who may sign in: added, changed and removed by each other, or with a token. All may do everything.</summary>
internal sealed partial class OperatorDesk(StatusStore store, SecretBox box, PasswordGate gate)
{
    /// <summary>Operators there may be.</summary>
    public const int Most = 200;

    private const int EmailLength = 254;

    /// <summary>Everybody, by address.</summary>
    public List<OperatorRow> All => store.Read(database => database.Operators());

    /// <summary>One of them.</summary>
    /// <exception cref="StatusProblem">There is none.</exception>
    public OperatorRow Find(string id) => store.Read(database => database.OperatorById(id)) ?? throw StatusProblem.Missing("operator", id);

    /// <summary>Adds somebody.</summary>
    /// <exception cref="StatusProblem">The address or the password can't be used, or there are too many.</exception>
    public async Task<OperatorRow> CreateAsync(string who, string email, string? name, string password, CancellationToken cancellationToken)
    {
        email = Address(email);
        CheckPassword(password, email);
        var hash = await gate.RunAsync(() => PasswordHash.Of(password), cancellationToken).ConfigureAwait(false);
        var all = All;
        if (all.Count >= Most)
        {
            throw StatusProblem.Invalid(
                "operator",
                string.Create(CultureInfo.InvariantCulture, $"there are {Most} operators, which is the most")
            );
        }

        if (all.Exists(other => other.Email == email))
        {
            throw StatusProblem.Invalid("operator.email", $"{email} is an operator already");
        }

        OperatorRow row = null!;
        store.Write(
            (transaction, now) =>
            {
                row = new OperatorRow(StatusIds.New(), email, name ?? email, hash, null, 0, now, null);
                transaction.Put(row);
                transaction.Audit(now, who, "operator.create", row.Id, null, OperatorJson.Text(row));
            }
        );
        return row;
    }

    /// <summary>Gives somebody another password, and ends their sessions but one.</summary>
    /// <param name="who">Who does.</param>
    /// <param name="row">Whose it is.</param>
    /// <param name="password">The new one.</param>
    /// <param name="except">The hash of the session that stays, or null.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StatusProblem">It can't be used.</exception>
    public async Task SetPasswordAsync(string who, OperatorRow row, string password, byte[]? except, CancellationToken cancellationToken)
    {
        CheckPassword(password, row.Email);
        var hash = await gate.RunAsync(() => PasswordHash.Of(password), cancellationToken).ConfigureAwait(false);
        store.Write(
            (transaction, now) =>
            {
                transaction.Put(row with { Password = hash });
                transaction.EndSessions(row.Id, except);
                transaction.Audit(now, who, "operator.password", row.Id, null, null);
            }
        );
    }

    /// <summary>Turns a second factor on, once its first code was typed.</summary>
    /// <exception cref="StatusProblem">The code does not fit.</exception>
    public void SetTotp(string who, OperatorRow row, byte[] secret, string code)
    {
        store.Write(
            (transaction, now) =>
            {
                var step =
                    SecondFactor.Step(secret, code, 0, now)
                    ?? throw StatusProblem.Invalid("code", "it does not fit; type the one that the application shows now");
                transaction.Put(row with { Totp = box.Seal(secret, Purpose(row)), TotpStep = step });
                transaction.Audit(now, who, "operator.second_factor", row.Id, null, "true");
            }
        );
    }

    /// <summary>Turns a second factor off.</summary>
    public void RemoveTotp(string who, OperatorRow row) =>
        store.Write(
            (transaction, now) =>
            {
                transaction.Put(row with { Totp = null, TotpStep = 0 });
                transaction.Audit(now, who, "operator.second_factor", row.Id, "true", "false");
            }
        );

    /// <summary>Removes somebody, and ends their sessions.</summary>
    public void Remove(string who, OperatorRow row) =>
        store.Write(
            (transaction, now) =>
            {
                transaction.RemoveOperator(row.Id);
                transaction.Audit(now, who, "operator.delete", row.Id, OperatorJson.Text(row), null);
            }
        );

    /// <summary>The secret of a second factor, or null when it was sealed with another key.</summary>
    public byte[]? Secret(OperatorRow row) => row.Totp is { } totp ? box.Open(totp, Purpose(row)) : null;

    private static string Purpose(OperatorRow row) => $"second factor of {row.Id}";

    private static string Address(string email)
    {
        email = email.Trim().ToLowerInvariant();
        return email.Length <= EmailLength && Email().IsMatch(email)
            ? email
            : throw StatusProblem.Invalid("operator.email", $"'{email}' is no e-mail address");
    }

    private static void CheckPassword(string password, string email)
    {
        if (PasswordHash.Objection(password, email) is { } objection)
        {
            throw StatusProblem.Invalid("operator.password", objection);
        }
    }

    [GeneratedRegex(@"^[^\s@<>""]+@[^\s@<>""]+\z")]
    private static partial Regex Email();
}
