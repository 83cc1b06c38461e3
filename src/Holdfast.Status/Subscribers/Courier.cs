using System.Text.Json;
using System.Threading.Channels;
using Holdfast.Status.Storage;
using Microsoft.Extensions.Logging;

namespace Holdfast.Status.Subscribers;

/// <summary>
/// Brings messages to subscribers: takes those that are due from the queue on the disk, a few at once, and takes them off it when they have
/// arrived. Killed between the two, it sends those few again, with the same message id.
/// </summary>
internal sealed class Courier : IDisposable
{
    private readonly StatusStore store;
    private readonly SubscriberDesk desk;
    private readonly MailSender? mail;
    private readonly WebhookSender webhooks;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly SemaphoreSlim turn = new(1);
    private readonly Channel<bool> changes = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );

    public Courier(StatusStore store, SubscriberDesk desk, MailSender? mail, WebhookSender webhooks, TimeProvider time, ILogger logger)
    {
        (this.store, this.desk, this.mail, this.webhooks, this.time, this.logger) = (store, desk, mail, webhooks, time, logger);
        store.Changed += Note;
    }

    /// <summary>Delivers until it is cancelled; never faults.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                try
                {
                    await DeliverAsync(cancellationToken).ConfigureAwait(false);
                }
                catch (Exception fault) when (fault is not OperationCanceledException)
                {
                    // A disk that does not take it: messages may be repeated, none is lost.
                    StatusLog.NotWritten(logger, fault.Message);
                }

                using var timer = time.CreateTimer(_ => Note(), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
                await changes.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // Told to stop; what is not delivered is on the disk.
        }
    }

    /// <summary>Delivers all that is due.</summary>
    /// <exception cref="StatusStoreException">The disk does not take what became of it.</exception>
    public async Task DeliverAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var any = false;
            while (store.Read(database => database.Due(time.GetUtcNow(), SubscriberLimits.AtOnce)) is { Count: > 0 } due)
            {
                var ends = await Task.WhenAll(due.Select(row => TryAsync(row, cancellationToken))).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                store.Write((transaction, now) => Array.ForEach(ends, end => Write(transaction, end.Row, end.Fault, now)));
                any = true;
            }

            if (any)
            {
                mail?.HangUp();
                store.Write((transaction, _) => transaction.ForgetMessages());
            }
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose()
    {
        store.Changed -= Note;
        mail?.Dispose();
        webhooks.Dispose();
        turn.Dispose();
    }

    private void Write(StatusTransaction transaction, DeliveryRow row, string? fault, DateTimeOffset now)
    {
        if (fault is null)
        {
            transaction.Delivered(row.Sequence);
            return;
        }

        var tries = row.Tries + 1;
        if (tries < SubscriberLimits.Tries)
        {
            transaction.TryAgain(row.Sequence, tries, now + SubscriberLimits.Pause(tries));
            return;
        }

        StatusLog.Disabled(logger, row.Subscriber.Id, fault);
        transaction.Disable(row.Subscriber.Id);
        transaction.Audit(now, "courier", "subscriber.disable", row.Subscriber.Id, null, null);
    }

    private async Task<(DeliveryRow Row, string? Fault)> TryAsync(DeliveryRow row, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(SubscriberLimits.SendTime);
        try
        {
            var what = row.Body is null ? null : JsonSerializer.Deserialize(row.Body, StatusJson.Default.Happening);
            if (row.Subscriber.Kind != SubscriberKind.Email)
            {
                await webhooks.SendAsync(row, what!, desk.Secret(row.Subscriber), limit.Token).ConfigureAwait(false);
            }
            else if (mail is null)
            {
                return (row, "mail is not set up any more");
            }
            else
            {
                await mail.SendAsync(row, what, store.Current.State.Profile, desk.Word(row.Subscriber.Id), limit.Token)
                    .ConfigureAwait(false);
            }

            return (row, null);
        }
        catch (Exception fault)
        {
            StatusLog.NotDelivered(logger, row.Subscriber.Id, row.Tries + 1, fault.Message);
            return (row, fault.Message);
        }
    }

    private void Note() => changes.Writer.TryWrite(true);
}
