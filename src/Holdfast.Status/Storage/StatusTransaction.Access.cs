namespace Holdfast.Status.Storage;

/// <summary>Who may write, and the log of what was done.</summary>
internal sealed partial class StatusTransaction
{
    /// <summary>Adds or replaces a person who may sign in.</summary>
    public void Put(OperatorRow row) =>
        Run(
            """
            INSERT INTO operator (id, email, name, password, totp, totp_step, created_at, signed_in_at)
            VALUES ($id, $email, $name, $password, $totp, $step, $created, $signed)
            ON CONFLICT (id) DO UPDATE SET email = excluded.email, name = excluded.name, password = excluded.password,
                totp = excluded.totp, totp_step = excluded.totp_step, signed_in_at = excluded.signed_in_at
            """,
            ("$id", row.Id),
            ("$email", row.Email),
            ("$name", row.Name),
            ("$password", row.Password),
            ("$totp", (object?)row.Totp ?? DBNull.Value),
            ("$step", row.TotpStep),
            ("$created", row.CreatedAt.ToUnixTimeMilliseconds()),
            ("$signed", (object?)row.SignedInAt?.ToUnixTimeMilliseconds() ?? DBNull.Value)
        );

    /// <summary>Removes a person, and ends their sessions.</summary>
    public void RemoveOperator(string id)
    {
        EndSessions(id, except: null);
        Run("DELETE FROM operator WHERE id = $id", ("$id", id));
    }

    /// <summary>Begins a session; of one person's, only the newest so many stay.</summary>
    public void AddSession(byte[] hash, string operatorId, DateTimeOffset at, int most)
    {
        Run(
            "INSERT INTO session (hash, operator, created_at, seen_at) VALUES ($hash, $operator, $at, $at)",
            ("$hash", hash),
            ("$operator", operatorId),
            ("$at", at.ToUnixTimeMilliseconds())
        );
        Run(
            """
            DELETE FROM session WHERE operator = $operator AND hash NOT IN
                (SELECT hash FROM session WHERE operator = $operator ORDER BY seen_at DESC, rowid DESC LIMIT $most)
            """,
            ("$operator", operatorId),
            ("$most", most)
        );
    }

    /// <summary>A session was used.</summary>
    public void SessionSeen(byte[] hash, DateTimeOffset at) =>
        Run("UPDATE session SET seen_at = $at WHERE hash = $hash", ("$at", at.ToUnixTimeMilliseconds()), ("$hash", hash));

    /// <summary>Ends a session.</summary>
    public void EndSession(byte[] hash) => Run("DELETE FROM session WHERE hash = $hash", ("$hash", hash));

    /// <summary>Ends a person's sessions, all or all but one.</summary>
    public void EndSessions(string operatorId, byte[]? except) =>
        Run(
            "DELETE FROM session WHERE operator = $operator AND hash IS NOT $except",
            ("$operator", operatorId),
            ("$except", (object?)except ?? DBNull.Value)
        );

    /// <summary>Forgets sessions that are over.</summary>
    public void EndSessionsBefore(DateTimeOffset created, DateTimeOffset seen) =>
        Run(
            "DELETE FROM session WHERE created_at < $created OR seen_at < $seen",
            ("$created", created.ToUnixTimeMilliseconds()),
            ("$seen", seen.ToUnixTimeMilliseconds())
        );

    /// <summary>A token, by the hash of its text.</summary>
    public void AddToken(TokenRow row, byte[] hash) =>
        Run(
            "INSERT INTO token (id, name, hash, created_at, scopes) VALUES ($id, $name, $hash, $at, $scopes)",
            ("$id", row.Id),
            ("$name", row.Name),
            ("$hash", hash),
            ("$at", row.CreatedAt.ToUnixTimeMilliseconds()),
            ("$scopes", row.Scopes)
        );

    /// <summary>Removes a token, which is void from then on.</summary>
    public void RemoveToken(string id) => Run("DELETE FROM token WHERE id = $id", ("$id", id));

    /// <summary>A line of the audit log, the next of its chain.</summary>
    public void Audit(DateTimeOffset at, string who, string action, string subject, string? before, string? after)
    {
        var (sequence, last) = LastOfAudit();
        var line = new AuditLine(sequence + 1, at, who, action, subject, before, after);
        Run(
            "INSERT INTO audit (sequence, at, who, action, subject, before, after, hash) VALUES ($sequence, $at, $who, $action, $subject, $before, $after, $hash)",
            ("$sequence", line.Sequence),
            ("$at", at.ToUnixTimeMilliseconds()),
            ("$who", who),
            ("$action", action),
            ("$subject", subject),
            ("$before", (object?)before ?? DBNull.Value),
            ("$after", (object?)after ?? DBNull.Value),
            ("$hash", AuditChain.Hash(last, line))
        );
    }

    /// <summary>Gives the lines of an older build their numbers' chain.</summary>
    public void ChainAudit()
    {
        var lines = new List<AuditLine>();
        using (var command = connection.CreateCommand())
        {
            command.Transaction = transaction;
            command.CommandText = "SELECT sequence, at, who, action, subject, before, after FROM audit ORDER BY sequence";
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                lines.Add(StatusDatabase.Line(reader));
            }
        }

        byte[] last = [];
        foreach (var line in lines)
        {
            last = AuditChain.Hash(last, line);
            Run("UPDATE audit SET hash = $hash WHERE sequence = $sequence", ("$hash", last), ("$sequence", line.Sequence));
        }
    }

    private (long Sequence, byte[] Hash) LastOfAudit()
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1";
        using var reader = command.ExecuteReader();
        return reader.Read() ? (reader.GetInt64(0), reader.GetFieldValue<byte[]>(1)) : (0, []);
    }
}
