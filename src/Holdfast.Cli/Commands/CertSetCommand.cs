using System.CommandLine;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast cert set ZONE ID --cert FILE [--key FILE]</c></summary>
internal static class CertSetCommand
{
    public static Command Create(CliContext context)
    {
        var id = new Argument<string>("ID") { Description = "The certificate's id, which stays; 'cert list' shows it." };
        var certificate = new Option<string>("--cert")
        {
            HelpName = "FILE",
            Description = "The renewed certificate and its chain, PEM, leaf first.",
            Required = true,
        };
        var key = new Option<string?>("--key")
        {
            HelpName = "FILE",
            Description = "Its private key, PEM, without a password [default: the key that it has].",
        };
        return ZoneCommand.Create(
            context,
            "set",
            "Replace one of a zone's certificates by a renewed one.",
            [id, certificate, key],
            async (call, cancellationToken) =>
            {
                var chainPem = CertificateFile.Read("--cert", call.Result.GetRequiredValue(certificate), "CERTIFICATE", context);
                var keyPem = call.Result.GetValue(key) is { } file ? CertificateFile.Read("--key", file, "PRIVATE KEY", context) : null;
                var envelope = await call.Control.CallAsync(
                    HttpMethod.Patch,
                    $"{call.Path}/custom_certificates/{Uri.EscapeDataString(call.Result.GetRequiredValue(id))}",
                    body =>
                    {
                        body.WriteString("certificate", chainPem);
                        if (keyPem is not null)
                        {
                            body.WriteString("private_key", keyPem);
                        }
                    },
                    cancellationToken
                );
                var renewed = envelope.GetProperty("result");
                if (call.Json)
                {
                    context.WriteJson(renewed.GetRawText());
                }
                else
                {
                    context.Out.WriteLine(
                        $"certificate {ZoneApi.Text(renewed, "id")} of zone {call.Zone} is valid to {ZoneApi.Text(renewed, "expires_on")}"
                    );
                }
            }
        );
    }
}
