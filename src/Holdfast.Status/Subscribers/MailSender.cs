using System.Collections.Concurrent;
using Holdfast.Model.StatusPage;
using Holdfast.Status.Page;
using Holdfast.Status.Storage;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace Holdfast.Status.Subscribers;

/// <summary>Sends mail over connections that are kept while there is more to send.</summary>
internal sealed class MailSender(MailSettings settings) : IDisposable
{
    private readonly ConcurrentBag<SmtpClient> idle = [];

    /// <summary>Sends a message, or the question whether somebody wants any.</summary>
    /// <param name="row">The message's id and to whom.</param>
    /// <param name="what">What happened; null: the question.</param>
    /// <param name="profile">Whose page it is.</param>
    /// <param name="word">The word of this subscriber's links.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="Exception">The server did not take it; the message says why.</exception>
    public async Task SendAsync(
        DeliveryRow row,
        Happening? what,
        StatusPageProfile profile,
        string word,
        CancellationToken cancellationToken
    )
    {
        using var message = Compose(row, what, profile, word);
        if (!idle.TryTake(out var client) || !client.IsConnected)
        {
            client?.Dispose();
            client = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        }

        try
        {
            await client.SendAsync(message, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            client.Dispose();
            throw;
        }

        idle.Add(client);
    }

    /// <summary>Hangs up, when there is nothing more to send: a server ends idle connections by itself, and the next mail would find out.</summary>
    public void HangUp()
    {
        while (idle.TryTake(out var client))
        {
            client.Dispose();
        }
    }

    public void Dispose() => HangUp();

    private async Task<SmtpClient> ConnectAsync(CancellationToken cancellationToken)
    {
        var client = new SmtpClient { Timeout = (int)SubscriberLimits.SendTime.TotalMilliseconds };
        try
        {
            var security =
                settings.IsTls ? SecureSocketOptions.SslOnConnect
                : settings.User is not null ? SecureSocketOptions.StartTls
                : SecureSocketOptions.StartTlsWhenAvailable;
            await client.ConnectAsync(settings.Host, settings.Port, security, cancellationToken).ConfigureAwait(false);
            if (settings.User is { } user)
            {
                await client.AuthenticateAsync(user, settings.Password ?? "", cancellationToken).ConfigureAwait(false);
            }

            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    private MimeMessage Compose(DeliveryRow row, Happening? what, StatusPageProfile profile, string word)
    {
        var leave = $"{profile.Url}/unsubscribe/{word}";
        var message = new MimeMessage
        {
            MessageId = $"{row.MessageId}.{row.Subscriber.Id}@{new Uri(profile.Url).DnsSafeHost}",
            Subject = what is null
                ? $"{profile.Name} status: do you want to be told?"
                : $"{profile.Name}: {what.Incident.Name} ({StatusTexts.Text(what.Update.Status).ToLowerInvariant()})",
        };
        message.From.Add(MailboxAddress.Parse(settings.From));
        message.To.Add(new MailboxAddress("", row.Subscriber.Target));
        message.Headers.Add(HeaderId.AutoSubmitted, "auto-generated");

        // RFC 8058: one click of the reader's program, without a page in between.
        message.Headers.Add(HeaderId.ListUnsubscribe, $"<{leave}>");
        message.Headers.Add("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
        message.Body = new TextPart("plain") { Text = Text(what, profile, word, leave) };
        return message;
    }

    private static string Text(Happening? what, StatusPageProfile profile, string word, string leave) =>
        what is null
            ? $"""
                Somebody, probably you, asked that {profile.Name} tells this address when something goes wrong, or is planned.

                If you want that: {profile.Url}/subscribe/{word}

                If not, do nothing; the address is forgotten after {SubscriberLimits.Answer.Days} days.
                """
            : $"""
                {what.Incident.Name}
                {StatusTexts.Text(what.Update.Status)}, {StatusTexts.Text(what.Incident.Impact).ToLowerInvariant()}{(
                    what.ComponentNames.Count == 0 ? "" : $", affected: {string.Join(", ", what.ComponentNames)}"
                )}

                {what.Update.Body}

                {what.Url}

                --
                {what.PageName}: {what.Description}. No more of this: {leave}
                """;
}
