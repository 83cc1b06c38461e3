using Holdfast.Cli.Terminal;
using Holdfast.Model.Certificates;

namespace Holdfast.Cli.Commands;

/// <summary>The files that <c>cert add</c> and <c>cert set</c> read.</summary>
internal static class CertificateFile
{
    /// <summary>A file in PEM form.</summary>
    /// <param name="flag">The flag that names it, for errors.</param>
    /// <param name="file">Its path.</param>
    /// <param name="label">What must be in it: <c>CERTIFICATE</c>.</param>
    /// <param name="context">The process.</param>
    /// <exception cref="CliFailure">It is not there, too large, or something else.</exception>
    public static string Read(string flag, string file, string label, CliContext context)
    {
        var path = Path.GetFullPath(file, context.CurrentDirectory);
        try
        {
            if (new FileInfo(path).Length > CertificateConfig.MaxChainBytes)
            {
                throw new CliFailure($"{flag}: {file} is larger than {CertificateConfig.MaxChainBytes} bytes");
            }

            var text = File.ReadAllText(path);
            return text.Contains($"{label}-----", StringComparison.Ordinal)
                ? text
                : throw new CliFailure($"{flag}: {file} has no '{label}' in PEM form (-----BEGIN ...)");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CliFailure($"{flag}: {file} cannot be read: {fault.Message}");
        }
    }
}
