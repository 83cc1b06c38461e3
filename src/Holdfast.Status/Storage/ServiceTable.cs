using System.Text.Json;
using Holdfast.Status.Reports;

namespace Holdfast.Status.Storage;

/// <summary>The services that visitors report about, in the page's own file, so that a change and its line in the audit log are one.</summary>
internal static class ServiceTable
{
    /// <summary>Makes the table where it is missing: it needs no version of its own, and an older build does not mind it.</summary>
    public static void Prepare(StatusTransaction transaction) =>
        transaction.Run("CREATE TABLE IF NOT EXISTS reported_service (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT");

    /// <summary>Every service, oldest first.</summary>
    public static List<ReportedService> Read(StatusDatabase database) =>
        database.Documents("SELECT body FROM reported_service ORDER BY rowid", ReportsJson.Default.ReportedService);

    /// <summary>Adds or replaces a service.</summary>
    public static void Put(StatusTransaction transaction, ReportedService service) =>
        transaction.Run(
            "INSERT INTO reported_service (id, body) VALUES ($id, $body) ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            ("$id", service.Id),
            ("$body", JsonSerializer.Serialize(service, ReportsJson.Default.ReportedService))
        );

    /// <summary>Removes a service.</summary>
    public static void Remove(StatusTransaction transaction, string id) =>
        transaction.Run("DELETE FROM reported_service WHERE id = $id", ("$id", id));
}
