using System.Globalization;
using Holdfast.Status.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Holdfast.Status.Reports;

/// <summary>What a visitor sent: <c>application/x-www-form-urlencoded</c>, as the page's form does.</summary>
/// <param name="Problem">What is wrong.</param>
/// <param name="Comment">What was said with it, or null.</param>
/// <param name="Challenge">What the proof of work was made for; empty without one.</param>
/// <param name="Nonce">The proof of work; empty without one.</param>
/// <param name="Ticket">What the second step shows; empty in the first.</param>
internal sealed record ReportForm(Problem Problem, string? Comment, string Challenge, string Nonce, string Ticket)
{
    /// <summary>Reads a request.</summary>
    /// <exception cref="StatusProblem">It is of another type, too large, of another site, or something in it is wrong.</exception>
    public static async Task<ReportForm> ReadAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.ContentType?.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) != true)
        {
            throw new StatusProblem(415, "a report is a form: Content-Type: application/x-www-form-urlencoded");
        }

        if (IsOfAnotherSite(request))
        {
            throw new StatusProblem(403, "reports are made on this page, not from another site");
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = ReportLimits.FormBytes;
        }

        IFormCollection form;
        try
        {
            form = await request
                .ReadFormAsync(
                    new FormOptions
                    {
                        ValueCountLimit = 10,
                        KeyLengthLimit = 40,
                        ValueLengthLimit = ReportLimits.FormBytes,
                        BufferBody = false,
                    },
                    context.RequestAborted
                )
                .ConfigureAwait(false);
        }
        catch (BadHttpRequestException fault)
        {
            throw new StatusProblem(fault.StatusCode, fault.Message);
        }
        catch (InvalidDataException fault)
        {
            throw new StatusProblem(400, $"the form cannot be read: {fault.Message}");
        }

        return new ReportForm(
            StatusWords<Problem>.TryRead(form["problem"].ToString(), out var problem)
                ? problem
                : throw StatusProblem.Invalid("problem", $"choose what is wrong: one of {string.Join(", ", StatusWords<Problem>.All)}"),
            ReadComment(form["comment"].ToString()),
            form["challenge"].ToString(),
            form["nonce"].ToString(),
            form["ticket"].ToString()
        );
    }

    private static string? ReadComment(string text)
    {
        text = text.ReplaceLineEndings("\n").Trim();
        if (text.Length > ReportLimits.CommentLength)
        {
            throw StatusProblem.Invalid(
                "comment",
                string.Create(CultureInfo.InvariantCulture, $"{text.Length} characters; at most {ReportLimits.CommentLength} are allowed")
            );
        }

        if (text.Any(c => char.IsControl(c) && c is not ('\n' or '\t')))
        {
            throw StatusProblem.Invalid("comment", "it holds a control character");
        }

        return text.Length == 0 ? null : text;
    }

    /// <summary>Whether a browser says that a page of another site sends the form: its visitors would report without knowing it.</summary>
    private static bool IsOfAnotherSite(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site.Length > 0)
        {
            return site is not ("same-origin" or "none");
        }

        // Behind a proxy the scheme may differ, and the port; the host does not.
        var origin = request.Headers.Origin.ToString();
        return origin.Length > 0
            && !(
                Uri.TryCreate(origin, UriKind.Absolute, out var uri)
                && uri.Host.Equals(request.Host.Host, StringComparison.OrdinalIgnoreCase)
            );
    }
}
