using System.CommandLine;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast cert show ZONE ID</c></summary>
internal static class CertShowCommand
{
    public static Command Create(CliContext context)
    {
        var id = new Argument<string>("ID") { Description = "The certificate's id; 'cert list' shows it." };
        return ZoneCommand.Create(
            context,
            "show",
            "Show one of a zone's certificates.",
            [id],
            async (call, cancellationToken) =>
            {
                var path = $"{call.Path}/custom_certificates/{Uri.EscapeDataString(call.Result.GetRequiredValue(id))}";
                var envelope = await call.Control.CallAsync(HttpMethod.Get, path, null, cancellationToken);
                Listing.WriteOne(context, call.Json, envelope.GetProperty("result"));
            }
        );
    }
}
