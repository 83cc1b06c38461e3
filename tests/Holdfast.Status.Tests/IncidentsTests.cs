using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;

namespace Holdfast.Status.Tests;

/// <summary>Incidents from the first word to the post-mortem, through the APIs.</summary>
public sealed class IncidentsTests
{
    /// <summary>The words of a real incident: what was posted on 18 November 2025, and what each word did.</summary>
    [Fact]
    public async Task Incident_FromInvestigatingToPostmortem_IsToldAsItWas()
    {
        await using var page = await StatusPageHarness.StartAsync();
        var edge = await page.ComponentAsync("Edge");
        var api = await page.ComponentAsync("API");
        page.Clock.Advance(TimeSpan.FromMinutes(20));

        var id = (
            await page.WriteAsync(
                "POST",
                "/incidents",
                $$$$"""
                {"incident":{"name":"Widespread 500 errors","status":"investigating",
                 "body":"We are investigating widespread 500 errors. Dashboard and API are also failing.",
                 "components":{"{{{{edge}}}}":"major_outage","{{{{api}}}}":"partial_outage"}}}
                """
            )
        )["id"]!.GetValue<string>();
        var status = await page.ReadAsync("/api/v2/status.json");
        Assert.Equal("critical", status["status"]!["indicator"]!.GetValue<string>());
        Assert.Equal("Major Service Outage", status["status"]!["description"]!.GetValue<string>());

        await UpdateAsync("identified", "The issue has been identified and a fix is being implemented.");
        await UpdateAsync(
            "monitoring",
            "We are recovering. Customers may continue to observe higher-than-normal error rates as we continue remediation efforts.",
            $$$""","components":{"{{{edge}}}":"degraded_performance","{{{api}}}":"operational"}"""
        );
        Assert.Equal("critical", (await IncidentAsync())["impact"]!.GetValue<string>());
        await UpdateAsync("resolved", "This incident has been resolved.", $$$""","components":{"{{{edge}}}":"operational"}""");
        Assert.Empty((await page.ReadAsync("/api/v2/incidents/unresolved.json"))["incidents"]!.AsArray());
        await UpdateAsync("postmortem", "# What happened\n\nA file was **twice** as long as allowed.");

        var incident = await IncidentAsync();
        Assert.Equal("postmortem", incident["status"]!.GetValue<string>());
        Assert.Equal("2025-11-18T11:48:00.000Z", incident["started_at"]!.GetValue<string>());
        Assert.Equal("2025-11-18T12:08:00.000Z", incident["monitoring_at"]!.GetValue<string>());
        Assert.Equal("2025-11-18T12:18:00.000Z", incident["resolved_at"]!.GetValue<string>());
        Assert.Equal(
            ["postmortem", "resolved", "monitoring", "identified", "investigating"],
            incident["incident_updates"]!.AsArray().Select(update => update!["status"]!.GetValue<string>())
        );
        var first = incident["incident_updates"]![4]!["affected_components"]!.AsArray();
        Assert.Equal("operational", first[0]!["old_status"]!.GetValue<string>());
        Assert.Equal("major_outage", first[0]!["new_status"]!.GetValue<string>());
        Assert.Equal($"https://status.example.com/incidents/{id}", incident["shortlink"]!.GetValue<string>());
        Assert.Contains("<strong>twice</strong>", await page.PageAsync($"/incidents/{id}"), StringComparison.Ordinal);

        async Task UpdateAsync(string to, string body, string more = "")
        {
            page.Clock.Advance(TimeSpan.FromMinutes(10));
            var text = JsonValue.Create(body).ToJsonString();
            await page.WriteAsync("PATCH", $"/incidents/{id}", $$$"""{"incident":{"status":"{{{to}}}","body":{{{text}}}{{{more}}}}}""");
        }

        async Task<JsonNode> IncidentAsync() => (await page.ReadAsync("/api/v2/incidents.json"))["incidents"]![0]!;
    }

    [Fact]
    public async Task EditedUpdate_KeepsWhatItSaid()
    {
        await using var page = await StatusPageHarness.StartAsync();
        var incident = await page.WriteAsync("POST", "/incidents", """{"incident":{"name":"Slow","body":"Al is slow."}}""");
        var id = incident["id"]!.GetValue<string>();
        var update = incident["incident_updates"]![0]!["id"]!.GetValue<string>();
        page.Clock.Advance(TimeSpan.FromMinutes(1));

        await page.WriteAsync("PATCH", $"/incidents/{id}/incident_updates/{update}", """{"incident_update":{"body":"All is slow."}}""");

        var html = await page.PageAsync($"/incidents/{id}");
        Assert.Contains("All is slow.", html, StringComparison.Ordinal);
        Assert.Contains("What it said before", html, StringComparison.Ordinal);
        Assert.Contains("Al is slow.", html, StringComparison.Ordinal);
        var read = (await page.ReadAsync("/api/v2/incidents.json"))["incidents"]![0]!["incident_updates"]![0]!;
        Assert.Equal("All is slow.", read["body"]!.GetValue<string>());
        Assert.NotEqual(read["created_at"]!.GetValue<string>(), read["updated_at"]!.GetValue<string>());
    }

    [Fact]
    public async Task Maintenance_IsListedWhereItBelongs()
    {
        await using var page = await StatusPageHarness.StartAsync();
        var id = (
            await page.WriteAsync(
                "POST",
                "/incidents",
                """{"incident":{"name":"New disks","scheduled_for":"2025-11-20T02:00:00Z","scheduled_until":"2025-11-20T04:00:00+01:00","body":"Short pauses."}}"""
            )
        )["id"]!.GetValue<string>();

        Assert.Single((await page.ReadAsync("/api/v2/scheduled-maintenances/upcoming.json"))["scheduled_maintenances"]!.AsArray());
        Assert.Empty((await page.ReadAsync("/api/v2/incidents.json"))["incidents"]!.AsArray());
        Assert.Equal("none", (await page.ReadAsync("/api/v2/status.json"))["status"]!["indicator"]!.GetValue<string>());
        var calendar = await page.PageAsync("/maintenance.ics");
        Assert.Contains("DTSTART:20251120T020000Z\r\n", calendar, StringComparison.Ordinal);
        Assert.Contains("DTEND:20251120T030000Z\r\n", calendar, StringComparison.Ordinal);

        await page.WriteAsync("PATCH", $"/incidents/{id}", """{"incident":{"status":"in_progress"}}""");

        Assert.Empty((await page.ReadAsync("/api/v2/scheduled-maintenances/upcoming.json"))["scheduled_maintenances"]!.AsArray());
        Assert.Single((await page.ReadAsync("/api/v2/scheduled-maintenances/active.json"))["scheduled_maintenances"]!.AsArray());
        Assert.Equal("maintenance", (await page.ReadAsync("/api/v2/status.json"))["status"]!["indicator"]!.GetValue<string>());

        await page.WriteAsync("PATCH", $"/incidents/{id}", """{"incident":{"status":"completed"}}""");

        Assert.Empty((await page.ReadAsync("/api/v2/summary.json"))["scheduled_maintenances"]!.AsArray());
        Assert.Single((await page.ReadAsync("/api/v2/scheduled-maintenances.json"))["scheduled_maintenances"]!.AsArray());
    }

    [Fact]
    public async Task BackfilledIncident_IsOfThePast()
    {
        await using var page = await StatusPageHarness.StartAsync();

        var incident = await page.WriteAsync(
            "POST",
            "/incidents",
            """{"incident":{"name":"Old","body":"It was short.","backfilled":true,"backfill_date":"2025-10-03","impact_override":"minor"}}"""
        );

        Assert.Equal("resolved", incident["status"]!.GetValue<string>());
        Assert.Equal("minor", incident["impact"]!.GetValue<string>());
        Assert.Equal("2025-10-03T00:00:00.000Z", incident["started_at"]!.GetValue<string>());
        Assert.Contains("Old", await page.PageAsync("/history/2025-10"), StringComparison.Ordinal);
        Assert.DoesNotContain(">Old<", await page.PageAsync("/"), StringComparison.Ordinal);
        using var before = await page.GetAsync("/history/2025-09");
        Assert.Equal(HttpStatusCode.NotFound, before.StatusCode);
    }

    [Theory]
    [InlineData("""{"incident":{"status":"investigating"}}""", "incident.name: it can't be blank")]
    [InlineData(
        """{"incident":{"name":"x","status":"Resolved"}}""",
        "incident.status: it is \"Resolved\", and has to be one of investigating,"
    )]
    [InlineData("""{"incident":{"name":"x","status":"scheduled"}}""", "incident.scheduled_until")]
    [InlineData(
        """{"incident":{"name":"x","scheduled_for":"2025-11-20T02:00:00Z","scheduled_until":"2025-11-20T01:00:00Z"}}""",
        "scheduled_until after it"
    )]
    [InlineData(
        """{"incident":{"name":"x","components":{"abcdefghijkl":"major_outage"}}}""",
        "there is no component with the id abcdefghijkl"
    )]
    [InlineData("""{"incident":{"name":"x","bdy":"y"}}""", "incident.bdy: it is not known here; known are name, status, body")]
    [InlineData("""{"incident":{"name":"x","name":"y"}}""", "incident.name: it is there twice")]
    [InlineData("""{"incident":{"name":5}}""", "incident.name: it is 5, and has to be a text")]
    [InlineData("""{"incident":{"name":"x","backfilled":true}}""", "incident.backfill_date")]
    [InlineData("""{"incident":{"name":"x","scheduled_for":"tomorrow"}}""", "has to be a moment such as")]
    [InlineData("""{"incident":[]}""", "incident: it is an array, and has to be an object")]
    [InlineData("""{"incidents":{}}""", "the one member \"incident\"")]
    public async Task Incident_ThatIsWrong_IsRefusedWithThePlace(string body, string says)
    {
        await using var page = await StatusPageHarness.StartAsync();

        Assert.Contains(
            says,
            await page.RefusedAsync(HttpStatusCode.UnprocessableEntity, "POST", "/incidents", body),
            StringComparison.Ordinal
        );

        Assert.Empty((await page.ReadAsync("/api/v2/incidents.json"))["incidents"]!.AsArray());
    }

    [Fact]
    public async Task Incident_WrongInItsLastPart_ChangesNoComponent()
    {
        await using var page = await StatusPageHarness.StartAsync();
        var edge = await page.ComponentAsync("Edge");

        await page.RefusedAsync(
            HttpStatusCode.UnprocessableEntity,
            "POST",
            "/incidents",
            $$$$"""{"incident":{"name":"x","components":{"{{{{edge}}}}":"major_outage","nobody":"operational"}}}"""
        );

        Assert.Equal("operational", (await page.ReadAsync("/api/v2/components.json"))["components"]![0]!["status"]!.GetValue<string>());
    }

    /// <summary>A trigger refuses what is written, as a full disk does in the middle of a transaction.</summary>
    [Fact]
    public async Task StoreThatCannotBeWritten_ThePageGoesOnAndPostingSaysSo()
    {
        await using var page = await StatusPageHarness.StartAsync();
        await page.ComponentAsync("Edge");
        using var other = new SqliteConnection($"Data Source={page.Database};Pooling=False");
        other.Open();
        using (var command = other.CreateCommand())
        {
            command.CommandText =
                "CREATE TRIGGER full BEFORE INSERT ON incident BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END";
            command.ExecuteNonQuery();
        }

        var said = await page.RefusedAsync(
            HttpStatusCode.ServiceUnavailable,
            "POST",
            "/incidents",
            """{"incident":{"name":"x","body":"y"}}"""
        );

        Assert.Contains("nothing was changed", said, StringComparison.Ordinal);
        Assert.Contains("Edge", await page.PageAsync("/"), StringComparison.Ordinal);
        Assert.Empty((await page.ReadAsync("/api/v2/incidents.json"))["incidents"]!.AsArray());
        Assert.Single((await page.WriteAsync("GET", "/audit")).AsArray());
    }

    [Fact]
    public async Task EverythingSaid_IsThereAfterARestart()
    {
        await using var page = await StatusPageHarness.StartAsync();
        var edge = await page.ComponentAsync("Edge", ",\"status\":\"partial_outage\"");
        await page.WriteAsync(
            "POST",
            "/incidents",
            $$$"""{"incident":{"name":"Half","body":"Half of it.","component_ids":["{{{edge}}}"]}}"""
        );
        var before = (await page.ReadAsync("/api/v2/summary.json")).ToJsonString();

        await page.RestartAsync(token: null);

        Assert.Equal(before, (await page.ReadAsync("/api/v2/summary.json")).ToJsonString());
        Assert.Null(page.FirstToken);
        var audit = (await page.WriteAsync("GET", "/audit")).AsArray();
        Assert.Equal(["incident.create", "component.create"], audit.Select(line => line!["action"]!.GetValue<string>()));
        Assert.All(audit, line => Assert.Equal("first", line!["who"]!.GetValue<string>()));
    }
}
