using System.CommandLine;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast cert remove ZONE ID</c></summary>
internal static class CertRemoveCommand
{
    public static Command Create(CliContext context)
    {
        var id = new Argument<string>("ID") { Description = "The certificate's id; 'cert list' shows it." };
        return ZoneCommand.Create(
            context,
            "remove",
            "Remove one of a zone's certificates.",
            [id],
            async (call, cancellationToken) =>
            {
                var path = $"{call.Path}/custom_certificates/{Uri.EscapeDataString(call.Result.GetRequiredValue(id))}";
                var envelope = await call.Control.CallAsync(HttpMethod.Delete, path, null, cancellationToken);
                if (call.Json)
                {
                    context.WriteJson(envelope.GetProperty("result").GetRawText());
                }
                else
                {
                    context.Out.WriteLine($"certificate {Printable.From(call.Result.GetRequiredValue(id))} is removed");
                }
            }
        );
    }
}
