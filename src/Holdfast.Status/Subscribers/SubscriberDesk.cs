using System.Globalization;
using System.Net.Mail;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Status.Access;
using Holdfast.Status.Storage;

namespace Holdfast.Status.Subscribers;

/// <summary>
/// Who is told what happens: people by e-mail, who have said twice that they want it, and programs by webhook, which operators add. The word in a
/// mail's links follows from the subscriber's id and this store's key, so that it is kept nowhere.
/// </summary>
internal sealed class SubscriberDesk(StatusStore store, SecretBox box, bool mails, TimeProvider time)
{
    private const int SecretBytes = 24;

    /// <summary>Whether mail can be sent at all.</summary>
    public bool Mails => mails;

    /// <summary>How many there are of each kind and state.</summary>
    public List<(SubscriberKind Kind, SubscriberState State, long Count)> Counts => store.Read(database => database.SubscriberCounts());

    /// <summary>One of them.</summary>
    /// <exception cref="StatusProblem">There is none.</exception>
    public SubscriberRow Find(string id) =>
        store.Read(database => database.Subscriber(id)) ?? throw StatusProblem.Missing("subscriber", id);

    /// <summary>
    /// Asks somebody by e-mail whether they want it. The answer is the same whatever was known before; who has said yes is not asked again.
    /// </summary>
    /// <param name="email">Where to.</param>
    /// <param name="components">What about; none: everything.</param>
    /// <returns>The subscriber.</returns>
    /// <exception cref="StatusProblem">It is no address, there is no such component, there are too many, or mail is not set up.</exception>
    public SubscriberRow Ask(string email, IReadOnlyCollection<string> components)
    {
        if (!mails)
        {
            throw StatusProblem.Invalid("subscriber.email", "mail is not set up here; feeds and webhooks work without it");
        }

        email = email.Trim().ToLowerInvariant();
        if (
            email.Length > 254
            || email.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c is '<' or '>' or '"' or ',' or ';')
            || !MailAddress.TryCreate(email, out _)
        )
        {
            throw StatusProblem.Invalid("subscriber.email", "it is no e-mail address");
        }

        CheckComponents(components);
        var known = store.Read(database => database.Subscriber(SubscriberKind.Email, email));
        if (known is not null && (known.State == SubscriberState.Active || time.GetUtcNow() - known.AskedAt < SubscriberLimits.AskAgain))
        {
            return known;
        }

        CheckRoom();
        SubscriberRow row = null!;
        store.Write(
            (transaction, now) =>
            {
                row = known is null
                    ? new SubscriberRow(StatusIds.New(), SubscriberKind.Email, email, SubscriberState.Pending, null, now, now)
                    : known with
                    {
                        State = SubscriberState.Pending,
                        AskedAt = now,
                    };
                transaction.ForgetPending(now - SubscriberLimits.Answer);
                transaction.Put(row);
                transaction.SetComponents(row.Id, components);
                transaction.QueueQuestion(StatusIds.New(), row.Id, now);
            }
        );
        return row;
    }

    /// <summary>Adds a webhook, which is told from now on.</summary>
    /// <returns>The subscriber, and what its messages are signed with, the one time; null for Slack's and Discord's.</returns>
    /// <exception cref="StatusProblem">The address can't be used or is there already, or there is no such component.</exception>
    public (SubscriberRow Row, string? Secret) Add(string who, SubscriberKind kind, string address, IReadOnlyCollection<string> components)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.UserInfo.Length > 0)
        {
            throw StatusProblem.Invalid("subscriber.endpoint", $"'{address}' is no address; it has to begin with https: or http:");
        }

        CheckComponents(components);
        if (store.Read(database => database.Subscriber(kind, uri.ToString())) is not null)
        {
            throw StatusProblem.Invalid("subscriber.endpoint", $"{uri} is told already");
        }

        CheckRoom();
        var secret = kind == SubscriberKind.Webhook ? $"hfw_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes))}" : null;
        SubscriberRow row = null!;
        store.Write(
            (transaction, now) =>
            {
                var id = StatusIds.New();
                var sealedSecret = secret is null ? null : box.Seal(Encoding.UTF8.GetBytes(secret), Purpose(id));
                row = new SubscriberRow(id, kind, uri.ToString(), SubscriberState.Active, sealedSecret, now, null);
                transaction.Put(row);
                transaction.SetComponents(id, components);
                transaction.Audit(now, who, "subscriber.create", id, null, SubscriberJson.Text(row, components));
            }
        );
        return (row, secret);
    }

    /// <summary>Removes somebody.</summary>
    public void Remove(string who, SubscriberRow row) =>
        store.Write(
            (transaction, now) =>
            {
                transaction.RemoveSubscriber(row.Id);

                // The log is kept for ever; an address of somebody who wanted to be forgotten is not in it.
                transaction.Audit(now, who, "subscriber.delete", row.Id, null, null);
            }
        );

    /// <summary>Tells a webhook again that was disabled.</summary>
    public void Enable(string who, SubscriberRow row) =>
        store.Write(
            (transaction, now) =>
            {
                transaction.Put(row with { State = SubscriberState.Active });
                transaction.Audit(now, who, "subscriber.enable", row.Id, null, null);
            }
        );

    /// <summary>Somebody says yes.</summary>
    /// <returns>Whether the word was one of ours, and of somebody who is still known.</returns>
    public bool Confirm(string word)
    {
        if (Of(word) is not { } row)
        {
            return false;
        }

        store.Write((transaction, _) => transaction.Put(row with { State = SubscriberState.Active }));
        return true;
    }

    /// <summary>Somebody says no, and is forgotten.</summary>
    /// <returns>Whether the word was one of ours; who is gone already counts as done.</returns>
    public bool Leave(string word)
    {
        if (!IsOurs(word))
        {
            return false;
        }

        if (Of(word) is { } row)
        {
            store.Write((transaction, _) => transaction.RemoveSubscriber(row.Id));
        }

        return true;
    }

    /// <summary>Whose word it is; null when it is none of ours, or they are gone.</summary>
    public SubscriberRow? Of(string word) => IsOurs(word) ? store.Read(database => database.Subscriber(word[..12])) : null;

    /// <summary>The word in the links of a subscriber's mails.</summary>
    public string Word(string id) => $"{id}{Convert.ToHexStringLower(box.Sign($"links of {id}").AsSpan(0, 16))}";

    /// <summary>What a webhook's messages are signed with.</summary>
    public byte[]? Secret(SubscriberRow row) => row.Secret is { } secret ? box.Open(secret, Purpose(row.Id)) : null;

    private static string Purpose(string id) => $"webhook {id}";

    private bool IsOurs(string word) =>
        word.Length == 12 + 32
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(word), Encoding.UTF8.GetBytes(Word(word[..12])));

    private void CheckComponents(IReadOnlyCollection<string> components)
    {
        foreach (var id in components.Where(id => !store.Current.State.Components.Any(one => one.Id == id && !one.IsGroup)))
        {
            throw StatusProblem.Invalid("subscriber.component_ids", $"there is no component with the id {id}");
        }
    }

    private void CheckRoom()
    {
        if (Counts.Sum(one => one.Count) >= SubscriberLimits.Most)
        {
            throw StatusProblem.Invalid(
                "subscriber",
                string.Create(CultureInfo.InvariantCulture, $"there are {SubscriberLimits.Most} subscribers, which is the most")
            );
        }
    }
}
