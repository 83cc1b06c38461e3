using System.CommandLine;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Records;

/// <summary><c>holdfast record list ZONE</c></summary>
internal static class RecordListCommand
{
    public static Command Create(CliContext context)
    {
        var type = new Option<string?>("--type") { HelpName = "TYPE", Description = "Only records of this type, such as A." };
        var name = new Option<string?>("--name") { HelpName = "NAME", Description = "Only records of this name; @ is the zone's own." };
        return ZoneCommand.Create(
            context,
            "list",
            "List a zone's DNS records.",
            [type, name],
            (call, cancellationToken) =>
            {
                var query = "";
                if (call.Result.GetValue(type) is { } wantedType)
                {
                    query += $"&type={Uri.EscapeDataString(wantedType.ToUpperInvariant())}";
                }

                if (call.Result.GetValue(name) is { } wantedName)
                {
                    query += $"&name={Uri.EscapeDataString(RecordName.Full(wantedName, call.Zone))}";
                }

                return Listing.WriteAsync(
                    context,
                    call.Json,
                    call.Control.ListAsync($"{call.Path}/dns_records?order=name{query}", cancellationToken),
                    query.Length == 0
                        ? $"zone {call.Zone} has no records; add one with '{context.ProgramName} record add {call.Zone} www A 192.0.2.10 --proxied'"
                        : $"zone {call.Zone} has no such record",
                    ("name", record => ZoneApi.Text(record, "name")),
                    ("type", record => ZoneApi.Text(record, "type")),
                    ("content", record => ZoneApi.Text(record, "content")),
                    ("ttl", record => ZoneApi.Text(record, "ttl") is "1" ? "auto" : ZoneApi.Text(record, "ttl")),
                    ("proxied", record => ZoneApi.Text(record, "proxied") == "True" ? "yes" : "no"),
                    ("id", record => ZoneApi.Text(record, "id"))
                );
            }
        );
    }
}
