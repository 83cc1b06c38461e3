using System.CommandLine;
using System.Text;
using System.Text.Json;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;
using Spectre.Console;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast audit list</c></summary>
internal static class AuditListCommand
{
    private const int DefaultCount = 50;
    private static readonly string[] Names = ["name", "email", "path"];

    public static Command Create(CliContext context)
    {
        var zone = new Option<string?>("--zone") { HelpName = "NAME", Description = "Only what concerns this zone." };
        var actor = new Option<string?>("--actor")
        {
            HelpName = "WHO",
            Description = "Only what this e-mail address, token name or credential id did.",
        };
        var count = new Option<int>("--count")
        {
            HelpName = "N",
            Description = $"How many of the newest entries [default: {DefaultCount}].",
            DefaultValueFactory = _ => DefaultCount,
        };
        var command = new Command("list", "Show who changed what, newest first.") { zone, actor, count };
        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                var most = result.GetValue(count);
                if (most < 1)
                {
                    throw new CliFailure($"--count: {most} is not a number from 1");
                }

                using var control = options.Open(result, context);
                var path = new StringBuilder("/holdfast/v1/audit_logs?direction=desc");
                if (result.GetValue(zone) is { } name)
                {
                    var id = ZoneApi.Text(await ZoneApi.GetAsync(control, ZoneApi.ReadName(name), cancellationToken), "id");
                    path.Append("&zone_id=").Append(id);
                }

                if (result.GetValue(actor) is { } who)
                {
                    path.Append("&actor=").Append(Uri.EscapeDataString(who));
                }

                var entries = control.ListAsync(path.ToString(), cancellationToken).Take(most);
                if (options.WantsJson(result))
                {
                    await JsonArray.WriteAsync(context.Out, entries);
                    return;
                }

                var table = new Table().Border(TableBorder.Simple).AddColumns("number", "when", "who", "from", "what", "on");
                await foreach (var entry in entries)
                {
                    table.AddRow([.. Cells(entry).Select(cell => new Text(cell))]);
                }

                context.CreateConsole().Write(table);
            }
        );
        return command;
    }

    private static IEnumerable<string> Cells(JsonElement entry)
    {
        var refused = ZoneApi.Text(entry, "outcome") == "refused" ? " (refused)" : "";
        yield return ZoneApi.Text(entry, "sequence");
        yield return ZoneApi.Text(entry, "at");
        yield return ZoneApi.Text(entry, "actor_name") is { Length: > 0 } name ? name : ZoneApi.Text(entry, "actor_type");
        yield return ZoneApi.Text(entry, "address");
        yield return ZoneApi.Text(entry, "operation") + refused;
        yield return $"{ZoneApi.Text(entry, "resource_type")} {NameOf(entry)}".Trim();
    }

    private static string NameOf(JsonElement entry)
    {
        // A zone has a name, an operator an address, a refused request a path.
        foreach (var (side, member) in from side in new[] { "after", "before" } from member in Names select (side, member))
        {
            if (entry.TryGetProperty(side, out var thing) && ZoneApi.Text(thing, member) is { Length: > 0 } name)
            {
                return name;
            }
        }

        return ZoneApi.Text(entry, "resource_id");
    }
}
