using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Holdfast.Control.Tests.Faults;

/// <summary>All rows of control's database as text.</summary>
internal static class StoredRows
{
    // What is written now and then, and belongs to no change.
    private static readonly string[] Volatile = ["LastUsedAt", "UsedAt"];

    // What control does of its own accord with releases that are on their way.
    private static readonly string[] OfRollouts = ["rollouts", "rollout_decisions", "release_edges", "incident_drafts"];

    // A refusal is an entry too; and what is known of a repeated request is nothing that anybody sees.
    private static readonly string[] OfRefusals = ["audit_log", "idempotency_keys"];

    /// <summary>Those of a control that runs, without what a refused call may write and what changes by itself.</summary>
    public static async Task<string> OfAsync(TestControl control)
    {
        await using var connection = new SqliteConnection(
            $"Data Source={Path.Combine(control.Data, "control", "control.db")};Mode=ReadOnly"
        );
        return await ReadAsync(connection, [.. OfRefusals, .. OfRollouts]);
    }

    /// <summary>Opens the database and reads all tables but some, each with its name before its rows.</summary>
    public static async Task<string> ReadAsync(DbConnection connection, params IReadOnlyList<string> without)
    {
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        var tables = await RowsAsync(
            connection,
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        );
        var all = new List<string>();
        foreach (var table in tables.Select(row => row.Split('=')[1]))
        {
            if (!without.Contains(table))
            {
                var rows = await RowsAsync(connection, $"SELECT * FROM \"{table}\"");
                all.AddRange(rows.Order(StringComparer.Ordinal).Select(row => $"{table}: {row}"));
            }
        }

        return string.Join('\n', all);
    }

    private static async Task<List<string>> RowsAsync(DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var rows = new List<string>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            rows.Add(
                string.Join(
                    ", ",
                    Enumerable
                        .Range(0, reader.FieldCount)
                        .Where(i => !Volatile.Contains(reader.GetName(i)))
                        .Select(i => $"{reader.GetName(i)}={Text(reader.GetValue(i))}")
                )
            );
        }

        return rows;
    }

    private static string Text(object value) =>
        value is byte[] bytes ? Convert.ToHexString(bytes) : Convert.ToString(value, CultureInfo.InvariantCulture)!;
}
