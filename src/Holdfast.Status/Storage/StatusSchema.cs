using System.Globalization;

namespace Holdfast.Status.Storage;

/// <summary>The store's tables, one step a version; a file of an older build is brought up step by step, in one transaction.</summary>
internal static class StatusSchema
{
    /// <summary>The version that this build writes; a file with a higher one is refused.</summary>
    public const int Version = 3;

    private const string Schema1 = """
        CREATE TABLE page (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
        CREATE TABLE component (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
        CREATE TABLE incident (id TEXT PRIMARY KEY, started_at INTEGER NOT NULL, over INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
        CREATE INDEX incident_started ON incident (started_at);
        CREATE INDEX incident_open ON incident (over) WHERE over = 0;
        CREATE TABLE component_change (component TEXT NOT NULL, at INTEGER NOT NULL, status TEXT NOT NULL) STRICT;
        CREATE INDEX component_change_at ON component_change (component, at);
        CREATE TABLE token (id TEXT PRIMARY KEY, name TEXT NOT NULL, hash BLOB NOT NULL UNIQUE, created_at INTEGER NOT NULL) STRICT;
        CREATE TABLE audit (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            who TEXT NOT NULL,
            action TEXT NOT NULL,
            subject TEXT NOT NULL,
            before TEXT,
            after TEXT
        ) STRICT;
        """;

    private const string Schema2 = """
        CREATE TABLE watch (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
        CREATE TABLE draft (id TEXT PRIMARY KEY, opened_at INTEGER NOT NULL, active INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
        CREATE INDEX draft_active ON draft (active) WHERE active = 1;
        CREATE TABLE learned (key TEXT PRIMARY KEY, kept_at INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
        """;

    /// <summary>Operators, their sessions, tokens with scopes, and the chain of the audit log. Tokens of before may do all, as they could.</summary>
    private const string Schema3 = """
        CREATE TABLE operator (
            id TEXT PRIMARY KEY,
            email TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            password TEXT NOT NULL,
            totp BLOB,
            totp_step INTEGER NOT NULL DEFAULT 0,
            created_at INTEGER NOT NULL,
            signed_in_at INTEGER
        ) STRICT;
        CREATE TABLE session (
            hash BLOB PRIMARY KEY,
            operator TEXT NOT NULL REFERENCES operator (id) ON DELETE CASCADE,
            created_at INTEGER NOT NULL,
            seen_at INTEGER NOT NULL
        ) STRICT;
        ALTER TABLE token ADD COLUMN scopes TEXT NOT NULL DEFAULT 'manage';
        ALTER TABLE audit ADD COLUMN hash BLOB;
        """;

    /// <summary>From then on the audit log is only added to.</summary>
    private const string AuditIsKept = """
        CREATE TRIGGER audit_not_changed BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'the audit log is only added to'); END;
        CREATE TRIGGER audit_not_removed BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'the audit log is only added to'); END;
        """;

    /// <summary>Brings a file up from a version; 0 is an empty one.</summary>
    public static void Upgrade(StatusTransaction transaction, long version)
    {
        if (version < 1)
        {
            transaction.Run(Schema1);
        }

        if (version < 2)
        {
            transaction.Run(Schema2);
        }

        if (version < 3)
        {
            transaction.Run(Schema3);
            transaction.ChainAudit();
            transaction.Run(AuditIsKept);
        }

        transaction.Run(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {Version}"));
    }
}
