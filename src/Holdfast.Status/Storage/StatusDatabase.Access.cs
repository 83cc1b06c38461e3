using Microsoft.Data.Sqlite;

namespace Holdfast.Status.Storage;

/// <summary>Who may write, and what they did.</summary>
internal sealed partial class StatusDatabase
{
    private const string OperatorColumns =
        "operator.id, operator.email, operator.name, operator.password, operator.totp, operator.totp_step, operator.created_at, operator.signed_in_at";

    /// <summary>Everybody who may sign in, by address.</summary>
    public List<OperatorRow> Operators() => Rows($"SELECT {OperatorColumns} FROM operator ORDER BY email", Operator);

    /// <summary>One of them by id, or null.</summary>
    public OperatorRow? OperatorById(string id) =>
        Rows($"SELECT {OperatorColumns} FROM operator WHERE id = $id", Operator, ("$id", id)).SingleOrDefault();

    /// <summary>One of them by e-mail address, lower case, or null.</summary>
    public OperatorRow? OperatorByEmail(string email) =>
        Rows($"SELECT {OperatorColumns} FROM operator WHERE email = $email", Operator, ("$email", email)).SingleOrDefault();

    /// <summary>The session with this hash, or null.</summary>
    public SessionRow? Session(byte[] hash) =>
        Rows(
                $"SELECT {OperatorColumns}, session.created_at, session.seen_at FROM session JOIN operator ON operator.id = session.operator WHERE hash = $hash",
                reader => new SessionRow(Operator(reader), Time(reader, 8), Time(reader, 9)),
                ("$hash", hash)
            )
            .SingleOrDefault();

    /// <summary>When each session of an operator was last used, newest first.</summary>
    public List<DateTimeOffset> SessionsOf(string operatorId) =>
        Rows("SELECT seen_at FROM session WHERE operator = $id ORDER BY seen_at DESC", reader => Time(reader, 0), ("$id", operatorId));

    /// <summary>Every token, oldest first.</summary>
    public List<TokenRow> Tokens() => Rows("SELECT id, name, scopes, created_at FROM token ORDER BY created_at, id", Token);

    /// <summary>The token with this hash, or null.</summary>
    public TokenRow? Token(byte[] hash) =>
        Rows("SELECT id, name, scopes, created_at FROM token WHERE hash = $hash", Token, ("$hash", hash)).SingleOrDefault();

    /// <summary>The newest lines of the audit log, newest first.</summary>
    public List<AuditLine> Audit(int count) =>
        Rows(
            "SELECT sequence, at, who, action, subject, before, after FROM audit ORDER BY sequence DESC LIMIT $count",
            Line,
            ("$count", count)
        );

    /// <summary>Follows the audit log's chain from its first line to its last.</summary>
    public AuditCheck CheckAudit() =>
        AuditChain.Check(Each("SELECT sequence, at, who, action, subject, before, after, hash FROM audit ORDER BY sequence"));

    /// <summary>A line of the audit log from its columns.</summary>
    internal static AuditLine Line(SqliteDataReader reader) =>
        new(
            reader.GetInt64(0),
            Time(reader, 1),
            reader.GetString(2),
            reader.GetString(3),
            reader.GetString(4),
            reader.IsDBNull(5) ? null : reader.GetString(5),
            reader.IsDBNull(6) ? null : reader.GetString(6)
        );

    private static DateTimeOffset Time(SqliteDataReader reader, int column) =>
        DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(column));

    private static OperatorRow Operator(SqliteDataReader reader) =>
        new(
            reader.GetString(0),
            reader.GetString(1),
            reader.GetString(2),
            reader.GetString(3),
            reader.IsDBNull(4) ? null : reader.GetFieldValue<byte[]>(4),
            reader.GetInt64(5),
            Time(reader, 6),
            reader.IsDBNull(7) ? null : Time(reader, 7)
        );

    private static TokenRow Token(SqliteDataReader reader) =>
        new(reader.GetString(0), reader.GetString(1), reader.GetString(2), Time(reader, 3));

    private IEnumerable<(AuditLine Line, byte[] Hash)> Each(string sql)
    {
        using var command = Command(sql);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            yield return (Line(reader), reader.IsDBNull(7) ? [] : reader.GetFieldValue<byte[]>(7));
        }
    }

    private List<T> Rows<T>(string sql, Func<SqliteDataReader, T> read, params (string, object)[] parameters)
    {
        using var command = Command(sql, parameters);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}
