using Holdfast.Status.Subscribers;

namespace Holdfast.Status.Storage;

/// <summary>Subscribers, and what is on its way to them.</summary>
internal sealed partial class StatusTransaction
{
    /// <summary>Adds or replaces a subscriber.</summary>
    public void Put(SubscriberRow row) =>
        Run(
            """
            INSERT INTO subscriber (id, kind, target, state, secret, created_at, asked_at)
            VALUES ($id, $kind, $target, $state, $secret, $created, $asked)
            ON CONFLICT (id) DO UPDATE SET state = excluded.state, asked_at = excluded.asked_at
            """,
            ("$id", row.Id),
            ("$kind", StatusWords<SubscriberKind>.Of(row.Kind)),
            ("$target", row.Target),
            ("$state", StatusWords<SubscriberState>.Of(row.State)),
            ("$secret", (object?)row.Secret ?? DBNull.Value),
            ("$created", row.CreatedAt.ToUnixTimeMilliseconds()),
            ("$asked", (object?)row.AskedAt?.ToUnixTimeMilliseconds() ?? DBNull.Value)
        );

    /// <summary>Sets the components that a subscriber is told about; none: all.</summary>
    public void SetComponents(string subscriberId, IEnumerable<string> components)
    {
        Run("DELETE FROM subscriber_component WHERE subscriber = $id", ("$id", subscriberId));
        foreach (var component in components)
        {
            Run(
                "INSERT INTO subscriber_component (subscriber, component) VALUES ($id, $component)",
                ("$id", subscriberId),
                ("$component", component)
            );
        }
    }

    /// <summary>Removes a subscriber, and what is on its way to them.</summary>
    public void RemoveSubscriber(string id)
    {
        Run("DELETE FROM delivery WHERE subscriber = $id", ("$id", id));
        Run("DELETE FROM subscriber_component WHERE subscriber = $id", ("$id", id));
        Run("DELETE FROM subscriber WHERE id = $id", ("$id", id));
    }

    /// <summary>Forgets those who were asked before then and have not answered.</summary>
    public void ForgetPending(DateTimeOffset before)
    {
        Run(
            "DELETE FROM delivery WHERE subscriber IN (SELECT id FROM subscriber WHERE state = 'pending' AND asked_at < $before)",
            ("$before", before.ToUnixTimeMilliseconds())
        );
        Run("DELETE FROM subscriber WHERE state = 'pending' AND asked_at < $before", ("$before", before.ToUnixTimeMilliseconds()));
    }

    /// <summary>Queues a message for every active subscriber whom one of the components concerns, or who wants all.</summary>
    /// <param name="messageId">The message's id.</param>
    /// <param name="body">What happened, JSON.</param>
    /// <param name="components">The incident's components, a JSON array; without any, all are told.</param>
    /// <param name="at">When it is due.</param>
    public void Queue(string messageId, string body, string components, DateTimeOffset at)
    {
        Run("INSERT INTO message (id, body) VALUES ($id, $body)", ("$id", messageId), ("$body", body));
        Run(
            """
            INSERT INTO delivery (subscriber, message, due_at, tries)
            SELECT id, $message, $at, 0 FROM subscriber
            WHERE state = 'active' AND (
                json_array_length($components) = 0
                OR NOT EXISTS (SELECT 1 FROM subscriber_component WHERE subscriber_component.subscriber = subscriber.id)
                OR EXISTS (SELECT 1 FROM subscriber_component WHERE subscriber_component.subscriber = subscriber.id AND component IN (SELECT value FROM json_each($components)))
            )
            """,
            ("$message", messageId),
            ("$components", components),
            ("$at", at.ToUnixTimeMilliseconds())
        );
    }

    /// <summary>Queues one message for one subscriber: the question whether they want it.</summary>
    public void QueueQuestion(string messageId, string subscriberId, DateTimeOffset at) =>
        Run(
            "INSERT INTO delivery (subscriber, message, due_at, tries) VALUES ($subscriber, $message, $at, 0)",
            ("$subscriber", subscriberId),
            ("$message", messageId),
            ("$at", at.ToUnixTimeMilliseconds())
        );

    /// <summary>Forgets what everybody has.</summary>
    public void ForgetMessages() =>
        Run("DELETE FROM message WHERE NOT EXISTS (SELECT 1 FROM delivery WHERE delivery.message = message.id)");

    /// <summary>A message has arrived, or is given up.</summary>
    public void Delivered(long sequence) => Run("DELETE FROM delivery WHERE sequence = $sequence", ("$sequence", sequence));

    /// <summary>A message is tried again later.</summary>
    public void TryAgain(long sequence, int tries, DateTimeOffset at) =>
        Run(
            "UPDATE delivery SET tries = $tries, due_at = $at WHERE sequence = $sequence",
            ("$tries", tries),
            ("$at", at.ToUnixTimeMilliseconds()),
            ("$sequence", sequence)
        );

    /// <summary>A subscriber is told no more, and what is on its way is dropped.</summary>
    public void Disable(string subscriberId)
    {
        Run("UPDATE subscriber SET state = 'disabled' WHERE id = $id", ("$id", subscriberId));
        Run("DELETE FROM delivery WHERE subscriber = $id", ("$id", subscriberId));
    }
}
