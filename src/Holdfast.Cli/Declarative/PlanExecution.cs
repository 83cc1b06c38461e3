using System.Globalization;
using System.Text.Json;
using Holdfast.Cli.ControlApi;
using Holdfast.Model.Zones;

namespace Holdfast.Cli.Declarative;

/// <summary>Carries a plan out: the zone, then its records in one batch, then its settings. What fails leaves the rest as it was; records that somebody changed since the plan was made fail.</summary>
internal static class PlanExecution
{
    /// <exception cref="Terminal.CliFailure">Control refuses a step; those before it stand, and the next run goes on from there.</exception>
    public static async Task RunAsync(ControlClient control, ZonePlan plan, CancellationToken cancellationToken)
    {
        var id = plan.ZoneId ?? await CreateAsync(control, plan.Zone, cancellationToken);
        if (plan.SetsOrigin)
        {
            await control.CallAsync(
                HttpMethod.Put,
                $"/holdfast/v1/zones/{id}/origin",
                body => body.WriteString("origin", plan.Zone.Origin),
                cancellationToken
            );
        }

        if (plan.Added.Count + plan.Changed.Count + plan.Removed.Count > 0)
        {
            await control.CallAsync(
                HttpMethod.Post,
                $"/client/v4/zones/{id}/dns_records/batch?confirm_deletes={plan.Removed.Count.ToString(CultureInfo.InvariantCulture)}",
                plan.RecordsTag,
                body => WriteBatch(body, plan),
                cancellationToken
            );
        }

        foreach (var (name, _, after) in plan.Settings)
        {
            await control.CallAsync(
                HttpMethod.Patch,
                $"/client/v4/zones/{id}/settings/{Uri.EscapeDataString(name)}",
                body =>
                {
                    body.WritePropertyName("value");
                    if (after is null)
                    {
                        body.WriteNullValue();
                    }
                    else
                    {
                        after.WriteTo(body);
                    }
                },
                cancellationToken
            );
        }
    }

    private static async Task<string> CreateAsync(ControlClient control, DesiredZone zone, CancellationToken cancellationToken)
    {
        var envelope = await control.CallAsync(
            HttpMethod.Post,
            "/client/v4/zones",
            body =>
            {
                body.WriteString("name", zone.Name);
                if (zone.Origin is not null)
                {
                    body.WriteString("origin", OriginUrl.Parse(zone.Origin).ToString());
                }
            },
            cancellationToken
        );
        return ZoneApi.Text(envelope.GetProperty("result"), "id");
    }

    private static void WriteBatch(Utf8JsonWriter body, ZonePlan plan)
    {
        if (plan.Removed.Count > 0)
        {
            body.WriteStartArray("deletes");
            foreach (var record in plan.Removed)
            {
                body.WriteStartObject();
                body.WriteString("id", record.Id);
                body.WriteEndObject();
            }

            body.WriteEndArray();
        }

        if (plan.Changed.Count > 0)
        {
            body.WriteStartArray("patches");
            foreach (var (before, after) in plan.Changed)
            {
                body.WriteStartObject();
                body.WriteString("id", before.Id);
                WriteFields(body, after);
                body.WriteEndObject();
            }

            body.WriteEndArray();
        }

        if (plan.Added.Count > 0)
        {
            body.WriteStartArray("posts");
            foreach (var record in plan.Added)
            {
                body.WriteStartObject();
                WriteFields(body, record);
                body.WriteEndObject();
            }

            body.WriteEndArray();
        }
    }

    private static void WriteFields(Utf8JsonWriter body, DesiredRecord record)
    {
        body.WriteString("name", record.Name);
        body.WriteString("type", record.Type);
        body.WriteString("content", record.Content);
        body.WriteNumber("ttl", record.Ttl);
        body.WriteBoolean("proxied", record.Proxied);
        if (record.Priority is { } priority)
        {
            body.WriteNumber("priority", priority);
        }

        body.WriteString("comment", record.Comment);
        body.WriteStartArray("tags");
        foreach (var tag in record.Tags)
        {
            body.WriteStringValue(tag);
        }

        body.WriteEndArray();
    }
}
