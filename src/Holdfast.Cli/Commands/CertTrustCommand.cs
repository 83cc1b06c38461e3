using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Cli.Settings;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast cert trust</c></summary>
internal static class CertTrustCommand
{
    public static Command Create(CliContext context)
    {
        var data = CommonOptions.Data();
        var output = new Option<string?>("--out") { HelpName = "FILE", Description = "Write the certificate there." };
        var json = CommonOptions.Json();
        var command = new Command("trust", "Show how to trust the certificates that Holdfast makes for zones without one.")
        {
            data,
            output,
            json,
        };
        command.SetAction(result =>
        {
            var directory = DataDirectory.At(DataDirectory.Resolve(result.GetValue(data), context.Environment, context.CurrentDirectory));
            var pem = ReadAuthority(directory, context.ProgramName);
            var path = directory.LocalAuthorityFile;
            if (result.GetValue(output) is { } wanted)
            {
                path = Path.GetFullPath(wanted, context.CurrentDirectory);
                Export(path, pem);
            }

            using var certificate = X509Certificate2.CreateFromPem(pem);
            if (result.GetValue(json))
            {
                context.WriteJson(
                    JsonText.Object(writer =>
                    {
                        writer.WriteString("file", path);
                        writer.WriteString("subject", certificate.Subject);
                        writer.WriteString("sha256", certificate.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant());
                        writer.WriteString(
                            "expires_on",
                            certificate
                                .NotAfter.ToUniversalTime()
                                .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture)
                        );
                        writer.WriteString("pem", pem);
                    })
                );
                return;
            }

            context.Out.WriteLine(Explain(path, certificate));
        });
        return command;
    }

    private static string ReadAuthority(DataDirectory directory, string programName)
    {
        try
        {
            var pem = File.ReadAllText(directory.LocalAuthorityFile);
            using var certificate = X509Certificate2.CreateFromPem(pem);

            // Only the certificate, even if somebody put the key into the same file.
            return certificate.ExportCertificatePem() + "\n";
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CliFailure(
                $"there is no local authority in {directory.Root} yet",
                $"it is made at the first '{programName} up'; name another data directory with --data DIR",
                CliFailure.Failed
            );
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new CliFailure($"{directory.LocalAuthorityFile} cannot be read: {fault.Message}", exitCode: CliFailure.Failed);
        }
    }

    private static void Export(string path, string pem)
    {
        try
        {
            File.WriteAllText(path, pem);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CliFailure($"--out: {path} cannot be written: {fault.Message}");
        }
    }

    private static string Explain(string path, X509Certificate2 certificate) =>
        $"""
            The local authority's certificate: {path}
            {certificate.Subject}, SHA-256 {certificate.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant()}

            curl            curl --cacert {path} https://...
            Debian, Ubuntu  sudo cp {path} /usr/local/share/ca-certificates/holdfast.crt && sudo update-ca-certificates
            Chromium        certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n Holdfast -i {path}    (package libnss3-tools)
            Firefox         Settings, Privacy & Security, View Certificates, Authorities, Import

            Whoever has its key (beside it, readable by its owner alone) can vouch for any site: trust it on machines of your own only.
            """;
}
