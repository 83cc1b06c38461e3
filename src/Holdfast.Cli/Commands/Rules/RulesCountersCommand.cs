using System.CommandLine;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Rules;

/// <summary><c>holdfast rules counters ZONE</c></summary>
internal static class RulesCountersCommand
{
    public static Command Create(CliContext context) =>
        ZoneCommand.Create(
            context,
            "counters",
            "Show how often each rule of a zone has matched, and when last.",
            [],
            async (call, cancellationToken) =>
            {
                var path = $"/holdfast/v1/zones/{call.ZoneId}/rules/counters";
                var counters = (await call.Control.CallAsync(HttpMethod.Get, path, null, cancellationToken)).GetProperty("result");
                await Listing.WriteAsync(
                    context,
                    call.Json,
                    counters.EnumerateArray().ToAsyncEnumerable(),
                    "the zone has no rules",
                    ("phase", rule => ZoneApi.Text(rule, "phase")),
                    ("ref", rule => ZoneApi.Text(rule, "ref")),
                    ("action", rule => ZoneApi.Text(rule, "action")),
                    ("matches", rule => ZoneApi.Text(rule, "matches")),
                    ("last", rule => ZoneApi.Text(rule, "last_matched_on")),
                    ("description", rule => ZoneApi.Text(rule, "description"))
                );
            }
        );
}
