using System.CommandLine;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Records;

/// <summary><c>holdfast record add ZONE NAME TYPE CONTENT</c></summary>
internal static class RecordAddCommand
{
    public static Command Create(CliContext context)
    {
        var name = new Argument<string>("NAME") { Description = "@ for the zone's own name, www, *.dev, or the whole name." };
        var type = new Argument<string>("TYPE") { Description = "A, AAAA, CNAME, MX, TXT ..." };
        var content = new Argument<string>("CONTENT") { Description = "An address, a name, a text: what the type asks for." };
        var fields = new RecordFields();
        return ZoneCommand.Create(
            context,
            "add",
            "Add a DNS record.",
            [name, type, content, .. fields.Symbols],
            async (call, cancellationToken) =>
            {
                var envelope = await call.Control.CallAsync(
                    HttpMethod.Post,
                    $"{call.Path}/dns_records",
                    record =>
                    {
                        record.WriteString("name", RecordName.Full(call.Result.GetRequiredValue(name), call.Zone));
                        record.WriteString("type", call.Result.GetRequiredValue(type).ToUpperInvariant());
                        record.WriteString("content", call.Result.GetRequiredValue(content));
                        fields.Write(call.Result, record);
                    },
                    cancellationToken
                );
                RecordOutput.Write(call, envelope.GetProperty("result"), "is there");
            }
        );
    }
}
