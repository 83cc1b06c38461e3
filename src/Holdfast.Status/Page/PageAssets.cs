using System.Security.Cryptography;
using System.Text;

namespace Holdfast.Status.Page;

/// <summary>Style and script, which stand in each page: the first view is one request.</summary>
internal static class PageAssets
{
    /// <summary>The style sheet.</summary>
    public static string Style { get; } = Read("page.css");

    /// <summary>The script, which only adds: the page says all without it.</summary>
    public static string Script { get; } = Read("times.js");

    /// <summary>The <c>Content-Security-Policy</c> of every page: its own style and its own script, and pictures for the logo.</summary>
    public static string ContentSecurityPolicy { get; } =
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' http: https: data:; "
        + $"script-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Script)))}'; "
        + "base-uri 'none'; form-action 'none'";

    /// <summary>What operators' pages have besides.</summary>
    public static string OperatorStyle { get; } = Read("operate.css");

    /// <summary>The policy of operators' pages: they have forms, which lead to themselves.</summary>
    public static string OperatorPolicy { get; } =
        ContentSecurityPolicy.Replace("form-action 'none'", "form-action 'self'", StringComparison.Ordinal) + "; frame-ancestors 'none'";

    private static string Read(string name)
    {
        using var stream = typeof(PageAssets).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
