using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Tokens;

/// <summary><c>holdfast token add NAME --allow PERMISSION --zone ZONE</c></summary>
internal static class TokenAddCommand
{
    private const string ZoneScope = "com.cloudflare.api.account.zone";
    private const string AccountScope = "com.cloudflare.api.account";
    private const string UserScope = "com.cloudflare.api.user";

    public static Command Create(CliContext context)
    {
        var name = new Argument<string>("NAME") { Description = "What it is for." };
        var allow = new Option<string[]>("--allow")
        {
            HelpName = "PERMISSION",
            Description = "What it may do, such as 'DNS Write'; may be given several times.",
            Required = true,
        };
        var zones = new Option<string[]>("--zone") { HelpName = "ZONE", Description = "On which zone; may be given several times." };
        var allZones = new Option<bool>("--all-zones") { Description = "On every zone, those to come included." };
        var from = new Option<string[]>("--from")
        {
            HelpName = "NETWORK",
            Description = "Only from this address or network; may be given several times.",
        };
        var expires = new Option<string?>("--expires") { HelpName = "DATE", Description = "The last moment it works: 2027-01-31." };
        var command = new Command("add", "Make an API token.") { name, allow, zones, allZones, from, expires };
        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                var end = result.GetValue(expires) is { } text ? ReadDate(text) : (DateTimeOffset?)null;
                using var control = options.Open(result, context);
                var groups = await TokenApi.GroupsAsync(control, result.GetRequiredValue(allow), cancellationToken);
                var zoneIds = new List<string>();
                foreach (var zone in result.GetValue(zones) ?? [])
                {
                    var found = await ZoneApi.GetAsync(control, ZoneApi.ReadName(zone), cancellationToken);
                    zoneIds.Add(ZoneApi.Text(found, "id"));
                }

                // An empty selection never means all zones.
                if (groups.Any(group => group.Scope == ZoneScope) && zoneIds.Count == 0 && !result.GetValue(allZones))
                {
                    throw new CliFailure("no zone is named", "give --zone ZONE, or --all-zones");
                }

                IReadOnlyList<string> zoneResources = result.GetValue(allZones)
                    ? [$"{ZoneScope}.*"]
                    : [.. zoneIds.Select(id => $"{ZoneScope}.{id}")];
                IReadOnlyList<string> userResources = groups.Any(group => group.Scope == UserScope)
                    ? [$"{UserScope}.{await UserIdAsync(control, cancellationToken)}"]
                    : [];
                var envelope = await control.CallAsync(
                    HttpMethod.Post,
                    TokenApi.Path,
                    body =>
                    {
                        body.WriteString("name", result.GetRequiredValue(name));
                        body.WriteStartArray("policies");
                        WritePolicy(body, groups, ZoneScope, zoneResources);
                        WritePolicy(body, groups, AccountScope, [$"{AccountScope}.*"]);
                        WritePolicy(body, groups, UserScope, userResources);
                        body.WriteEndArray();
                        WriteConditions(body, result.GetValue(from) ?? [], end);
                    },
                    cancellationToken
                );
                var created = envelope.GetProperty("result");
                TokenCommand.Show(context, options.WantsJson(result), created, ZoneApi.Text(created, "value"));
            }
        );
        return command;
    }

    private static async Task<string> UserIdAsync(ControlClient control, CancellationToken cancellationToken)
    {
        var envelope = await control.CallAsync(HttpMethod.Get, "/client/v4/user", null, cancellationToken);
        return ZoneApi.Text(envelope.GetProperty("result"), "id");
    }

    private static void WritePolicy(
        Utf8JsonWriter body,
        IReadOnlyList<(string Id, string Scope)> groups,
        string scope,
        IReadOnlyList<string> resources
    )
    {
        var ids = groups.Where(group => group.Scope == scope).Select(group => group.Id).ToList();
        if (ids.Count == 0)
        {
            return;
        }

        body.WriteStartObject();
        body.WriteString("effect", "allow");
        body.WriteStartArray("permission_groups");
        foreach (var id in ids)
        {
            body.WriteStartObject();
            body.WriteString("id", id);
            body.WriteEndObject();
        }

        body.WriteEndArray();
        body.WriteStartObject("resources");
        foreach (var resource in resources)
        {
            body.WriteString(resource, "*");
        }

        body.WriteEndObject();
        body.WriteEndObject();
    }

    private static void WriteConditions(Utf8JsonWriter body, string[] networks, DateTimeOffset? end)
    {
        if (networks.Length > 0)
        {
            body.WriteStartObject("condition");
            body.WriteStartObject("request_ip");
            body.WriteStartArray("in");
            foreach (var network in networks)
            {
                body.WriteStringValue(network);
            }

            body.WriteEndArray();
            body.WriteEndObject();
            body.WriteEndObject();
        }

        if (end is { } moment)
        {
            body.WriteString("expires_on", moment.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        }
    }

    private static DateTimeOffset ReadDate(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? new DateTimeOffset(day, new TimeOnly(23, 59, 59), TimeSpan.Zero)
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
            ? moment.ToUniversalTime()
        : throw new CliFailure($"--expires: '{text}' is not a date", "write 2027-01-31 or 2027-01-31T12:00:00Z");
}
