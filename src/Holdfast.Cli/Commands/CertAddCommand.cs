using System.CommandLine;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast cert add ZONE --cert FILE --key FILE</c></summary>
internal static class CertAddCommand
{
    public static Command Create(CliContext context)
    {
        var name = new Argument<string>("ZONE") { Description = "The zone's name." };
        var certificate = new Option<string>("--cert")
        {
            HelpName = "FILE",
            Description = "The certificate and its chain, PEM, leaf first.",
            Required = true,
        };
        var key = new Option<string>("--key")
        {
            HelpName = "FILE",
            Description = "Its private key, PEM, without a password.",
            Required = true,
        };
        var command = new Command("add", "Upload a certificate for a zone.") { name, certificate, key };
        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                var zoneName = ZoneApi.ReadName(result.GetRequiredValue(name));
                var chainPem = CertificateFile.Read("--cert", result.GetRequiredValue(certificate), "CERTIFICATE", context);
                var keyPem = CertificateFile.Read("--key", result.GetRequiredValue(key), "PRIVATE KEY", context);
                using var control = options.Open(result, context);
                var id = ZoneApi.Text(await ZoneApi.GetAsync(control, zoneName, cancellationToken), "id");
                var envelope = await control.CallAsync(
                    HttpMethod.Post,
                    $"/client/v4/zones/{id}/custom_certificates",
                    body =>
                    {
                        body.WriteString("certificate", chainPem);
                        body.WriteString("private_key", keyPem);
                    },
                    cancellationToken
                );
                var added = envelope.GetProperty("result");
                if (options.WantsJson(result))
                {
                    context.WriteJson(added.GetRawText());
                }
                else
                {
                    context.Out.WriteLine(
                        $"zone {zoneName} has certificate {ZoneApi.Text(added, "id")}, valid to {ZoneApi.Text(added, "expires_on")}"
                    );
                }
            }
        );
        return command;
    }
}
