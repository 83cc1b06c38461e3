using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Events;

/// <summary><c>holdfast events</c></summary>
internal static class EventsCommand
{
    private const int DefaultCount = 50;

    /// <summary>The most that one call gives.</summary>
    private const int MostCount = 1_000;

    // How often a follower asks: events are a second old when they get to control anyway.
    private static readonly TimeSpan PollTime = TimeSpan.FromMilliseconds(500);

    public static Command Create(CliContext context)
    {
        var zone = new Option<string?>("--zone") { HelpName = "NAME", Description = "Only this zone's." };
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with every new event." };
        var action = new Option<string?>("--action") { HelpName = "NAME", Description = "Only this action: block, skip, log, redirect." };
        var rule = new Option<string?>("--rule") { HelpName = "ID", Description = "Only the rule with this id." };
        var ip = new Option<string?>("--ip") { HelpName = "ADDR", Description = "Only this visitor." };
        var host = new Option<string?>("--host") { HelpName = "NAME", Description = "Only this host." };
        var path = new Option<string?>("--path")
        {
            HelpName = "PATH",
            Description = "Only this path; with a star at its end, what begins so.",
        };
        var ray = new Option<string?>("--ray") { HelpName = "ID", Description = "Only this request." };
        var count = new Option<int>("--count", "-n")
        {
            HelpName = "N",
            Description = $"How many of the newest events [default: {DefaultCount}].",
            DefaultValueFactory = _ => DefaultCount,
        };
        var command = new Command("events", "Show security events: what rules did to which request, oldest first.")
        {
            zone,
            follow,
            action,
            rule,
            ip,
            host,
            path,
            ray,
            count,
        };
        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                var most = result.GetValue(count);
                if (most is < 1 or > MostCount)
                {
                    throw new CliFailure($"--count: {most} is not a number from 1 to {MostCount}");
                }

                using var control = options.Open(result, context);
                var list = await ListPathAsync(control, result.GetValue(zone), cancellationToken);
                var filters = string.Concat(
                    Filter("action", result.GetValue(action)),
                    Filter("rule_id", result.GetValue(rule)),
                    Filter("ip", result.GetValue(ip)),
                    Filter("host", result.GetValue(host)),
                    Filter("path", result.GetValue(path)),
                    Filter("ray_id", result.GetValue(ray))
                );
                var newest = await CallAsync(control, $"{list}?limit={most}{filters}", cancellationToken);
                var events = newest.GetProperty("result").EnumerateArray().Reverse().ToList();
                Write(context, events, options.WantsJson(result));
                if (result.GetValue(follow))
                {
                    var last = events.Count > 0 ? ZoneApi.Text(events[^1], "id") : "0";
                    await FollowAsync(
                        context,
                        control,
                        list + "?direction=asc&limit=1000" + filters,
                        last,
                        options.WantsJson(result),
                        cancellationToken
                    );
                }
            }
        );
        return command;
    }

    private static async Task FollowAsync(
        CliContext context,
        ControlClient control,
        string path,
        string last,
        bool json,
        CancellationToken cancellationToken
    )
    {
        using var timer = new PeriodicTimer(PollTime, context.Time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            JsonElement envelope;
            try
            {
                envelope = await CallAsync(control, $"{path}&cursor={last}", cancellationToken);
            }
            catch (CliFailure failure) when (failure.ExitCode == CliFailure.Unreachable)
            {
                // Control restarts; the cursor finds what came meanwhile.
                continue;
            }

            Write(context, envelope.GetProperty("result").EnumerateArray(), json);
            var after = envelope.GetProperty("result_info").GetProperty("cursors").GetProperty("after");
            last = after.ValueKind == JsonValueKind.String ? after.GetString()! : last;
        }
    }

    private static async Task<string> ListPathAsync(ControlClient control, string? zone, CancellationToken cancellationToken)
    {
        if (zone is null)
        {
            return "/holdfast/v1/security_events";
        }

        var found = await ZoneApi.GetAsync(control, ZoneApi.ReadName(zone), cancellationToken);
        return $"/client/v4/zones/{ZoneApi.Text(found, "id")}/security/events";
    }

    private static Task<JsonElement> CallAsync(ControlClient control, string path, CancellationToken cancellationToken) =>
        control.CallAsync(HttpMethod.Get, path, null, cancellationToken);

    private static string Filter(string name, string? value) => value is null ? "" : $"&{name}={Uri.EscapeDataString(value)}";

    private static void Write(CliContext context, IEnumerable<JsonElement> events, bool json)
    {
        foreach (var item in events)
        {
            context.Out.WriteLine(json ? item.GetRawText() : Line(item));
        }

        context.Out.Flush();
    }

    // Time, visitor, what was asked, what the rule did, which rule, the request.
    private static string Line(JsonElement item)
    {
        var time = DateTimeOffset.TryParse(Text(item, "occurred_at"), CultureInfo.InvariantCulture, out var at)
            ? at.UtcDateTime.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture)
            : "--:--:--.---";
        var times = Text(item, "sample_interval") is { Length: > 1 } many ? $" x{many}" : "";
        var rule = Text(item, "description") is { Length: > 0 } description ? description : Text(item, "ref");
        return $"{time} {Text(item, "ip"), -15} {Text(item, "method")} {Text(item, "host")}{Text(item, "uri")} {Text(item, "action")}{times} ({rule}) {Text(item, "ray_id")}";
    }

    private static string Text(JsonElement item, string member) => Printable.From(ZoneApi.Text(item, member));
}
