using System.Security.Cryptography;
using System.Text;
using Holdfast.Status.Page;

namespace Holdfast.Status.Reports.Pages;

/// <summary>What the pages about reports have beside the common style and script.</summary>
internal static class ReportAssets
{
    /// <summary>The style, after the common one.</summary>
    public static string Style { get; } = Read("report.css");

    /// <summary>The script that makes the proof of work.</summary>
    public static string Script { get; } = Read("report.js");

    /// <summary>The policy: as every page's, and a form that goes here, and the script with what it asks.</summary>
    public static string ContentSecurityPolicy { get; } =
        PageAssets
            .ContentSecurityPolicy.Replace("form-action 'none'", "form-action 'self'", StringComparison.Ordinal)
            .Replace(
                "script-src ",
                $"connect-src 'self'; script-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Script)))}' ",
                StringComparison.Ordinal
            ) + "; frame-ancestors 'none'";

    private static string Read(string name)
    {
        using var stream = typeof(ReportAssets).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
