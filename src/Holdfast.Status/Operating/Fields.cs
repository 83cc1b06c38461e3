using System.Globalization;
using Holdfast.Model.StatusPage;
using Holdfast.Status.Page;
using Holdfast.Status.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Holdfast.Status.Operating;

/// <summary>A form's fields, read one by one; what is wrong with one is a <see cref="StatusProblem"/> that names it.</summary>
internal sealed class Fields
{
    /// <summary>Most fields: one a component, and some.</summary>
    private const int Most = StatusPageLimits.Components + 100;

    private readonly IFormCollection form;

    private Fields(IFormCollection form) => this.form = form;

    /// <summary>Reads a request's form.</summary>
    /// <exception cref="StatusProblem">It is none, or too large.</exception>
    public static async Task<Fields> ReadAsync(HttpContext context)
    {
        if (context.Request.ContentType?.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) != true)
        {
            throw new StatusProblem(415, "a form is expected: application/x-www-form-urlencoded");
        }

        try
        {
            var options = new FormOptions { ValueCountLimit = Most, ValueLengthLimit = (int)StatusHost.MaxRequestBodyBytes };
            return new Fields(await context.Request.ReadFormAsync(options, context.RequestAborted).ConfigureAwait(false));
        }
        catch (Exception fault) when (fault is InvalidDataException or BadHttpRequestException)
        {
            throw new StatusProblem((fault as BadHttpRequestException)?.StatusCode ?? 400, $"the form cannot be read: {fault.Message}");
        }
    }

    /// <summary>A field as it was sent, or null.</summary>
    public string? Raw(string name) => form.TryGetValue(name, out var values) ? values.ToString() : null;

    /// <summary>Whether a box is ticked.</summary>
    public bool Flag(string name) => form.ContainsKey(name);

    /// <summary>Every value of a field that may be there several times.</summary>
    public IEnumerable<string> All(string name) => form[name].OfType<string>();

    /// <summary>A text, or null when it is absent or blank.</summary>
    public string? Text(string name, int most)
    {
        var text = Raw(name)?.ReplaceLineEndings("\n").Trim();
        if (text is null or "")
        {
            return null;
        }

        if (text.Length > most)
        {
            throw StatusProblem.Invalid(
                name,
                string.Create(CultureInfo.InvariantCulture, $"{text.Length} characters; at most {most} are allowed")
            );
        }

        return text.Any(c => char.IsControl(c) && c is not ('\n' or '\t'))
            ? throw StatusProblem.Invalid(name, "it holds a control character")
            : text;
    }

    /// <summary>A text that has to be there.</summary>
    public string Required(string name, int most) => Text(name, most) ?? throw StatusProblem.Invalid(name, "it can't be blank");

    /// <summary>A password as it was typed, blanks among it.</summary>
    public string Password(string name) =>
        Raw(name) is { Length: > 0 } text ? text : throw StatusProblem.Invalid(name, "it can't be blank");

    /// <summary>One of a few words, or null when none was chosen.</summary>
    public T? Choice<T>(string name)
        where T : struct, Enum =>
        Raw(name) is not { Length: > 0 } word ? null
        : StatusWords<T>.TryRead(word, out var choice) ? choice
        : throw StatusProblem.Invalid(name, $"it is '{word}', and has to be one of {string.Join(", ", StatusWords<T>.All)}");

    /// <summary>A moment in the page's zone, or null when it is blank.</summary>
    public DateTimeOffset? Instant(string name, PageView view) =>
        Raw(name) is not { Length: > 0 } text
            ? null
            : view.Read(text) ?? throw StatusProblem.Invalid(name, $"'{text}' is no time; it has to be as 2026-11-18T11:48");

    /// <summary>The states that components are to have, by their id: of fields named <c>component.ID</c>, those where one was chosen.</summary>
    public Dictionary<string, ComponentStatus> Components() =>
        form
            .Keys.Where(name => name.StartsWith("component.", StringComparison.Ordinal) && Raw(name) is { Length: > 0 })
            .ToDictionary(name => name["component.".Length..], name => Choice<ComponentStatus>(name)!.Value);
}
