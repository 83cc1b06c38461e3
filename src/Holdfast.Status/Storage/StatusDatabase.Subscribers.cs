using Holdfast.Status.Subscribers;
using Microsoft.Data.Sqlite;

namespace Holdfast.Status.Storage;

/// <summary>Subscribers, and what is on its way to them.</summary>
internal sealed partial class StatusDatabase
{
    private const string SubscriberColumns =
        "subscriber.id, subscriber.kind, subscriber.target, subscriber.state, subscriber.secret, subscriber.created_at, subscriber.asked_at";

    /// <summary>One subscriber, or null.</summary>
    public SubscriberRow? Subscriber(string id) =>
        Rows($"SELECT {SubscriberColumns} FROM subscriber WHERE id = $id", reader => Subscriber(reader), ("$id", id)).SingleOrDefault();

    /// <summary>Who is told there, or null.</summary>
    public SubscriberRow? Subscriber(SubscriberKind kind, string target) =>
        Rows(
                $"SELECT {SubscriberColumns} FROM subscriber WHERE kind = $kind AND target = $target",
                reader => Subscriber(reader),
                ("$kind", StatusWords<SubscriberKind>.Of(kind)),
                ("$target", target)
            )
            .SingleOrDefault();

    /// <summary>Subscribers, newest first.</summary>
    /// <param name="mail">E-mail addresses, or the others.</param>
    /// <param name="containing">Part of the target.</param>
    /// <param name="count">Most.</param>
    public List<SubscriberRow> Subscribers(bool mail, string containing, int count) =>
        Rows(
            $"SELECT {SubscriberColumns} FROM subscriber WHERE (kind = 'email') = $mail AND instr(target, $part) > 0 ORDER BY created_at DESC, rowid DESC LIMIT $count",
            reader => Subscriber(reader),
            ("$mail", mail ? 1 : 0),
            ("$part", containing),
            ("$count", count)
        );

    /// <summary>How many there are of each kind and state.</summary>
    public List<(SubscriberKind Kind, SubscriberState State, long Count)> SubscriberCounts() =>
        Rows(
            "SELECT kind, state, count(*) FROM subscriber GROUP BY kind, state ORDER BY kind, state",
            reader => (Word<SubscriberKind>(reader, 0), Word<SubscriberState>(reader, 1), reader.GetInt64(2))
        );

    /// <summary>The components that a subscriber is told about; none: all.</summary>
    public List<string> ComponentsOf(string subscriberId) =>
        Rows(
            "SELECT component FROM subscriber_component WHERE subscriber = $id ORDER BY component",
            reader => reader.GetString(0),
            ("$id", subscriberId)
        );

    /// <summary>Messages that wait.</summary>
    public long Waiting() => Rows("SELECT count(*) FROM delivery", reader => reader.GetInt64(0)).Single();

    /// <summary>Messages that are due, oldest first.</summary>
    public List<DeliveryRow> Due(DateTimeOffset now, int count) =>
        Rows(
            $"""
            SELECT {SubscriberColumns}, delivery.sequence, delivery.message, message.body, delivery.tries
            FROM delivery JOIN subscriber ON subscriber.id = delivery.subscriber LEFT JOIN message ON message.id = delivery.message
            WHERE delivery.due_at <= $now ORDER BY delivery.due_at, delivery.sequence LIMIT $count
            """,
            reader => new DeliveryRow(
                reader.GetInt64(7),
                Subscriber(reader),
                reader.GetString(8),
                reader.IsDBNull(9) ? null : reader.GetString(9),
                reader.GetInt32(10)
            ),
            ("$now", now.ToUnixTimeMilliseconds()),
            ("$count", count)
        );

    private static SubscriberRow Subscriber(SqliteDataReader reader) =>
        new(
            reader.GetString(0),
            Word<SubscriberKind>(reader, 1),
            reader.GetString(2),
            Word<SubscriberState>(reader, 3),
            reader.IsDBNull(4) ? null : reader.GetFieldValue<byte[]>(4),
            Time(reader, 5),
            reader.IsDBNull(6) ? null : Time(reader, 6)
        );

    private static T Word<T>(SqliteDataReader reader, int column)
        where T : struct, Enum => StatusWords<T>.TryRead(reader.GetString(column), out var value) ? value : default;
}
