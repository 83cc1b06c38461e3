using System.Globalization;
using System.Text.Json;
using Holdfast.Status.Storage;

namespace Holdfast.Status.WriteApi;

/// <summary>
/// One object of a request, read member by member. A member of the wrong kind, too long, or that nobody asked for is a
/// <see cref="StatusProblem"/> that names its place.
/// </summary>
internal sealed class Form
{
    private readonly string place;
    private readonly Dictionary<string, JsonElement> members = [];
    private readonly List<string> known = [];

    private Form(string place, JsonElement value)
    {
        this.place = place;
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw StatusProblem.Invalid(place, $"it is {Kind(value)}, and has to be an object");
        }

        foreach (var member in value.EnumerateObject())
        {
            if (!members.TryAdd(member.Name, member.Value))
            {
                throw StatusProblem.Invalid(At(member.Name), "it is there twice");
            }
        }
    }

    /// <summary>Reads the object that a request's body wraps: <c>{"incident": {...}}</c>.</summary>
    /// <param name="body">The body, whole.</param>
    /// <param name="name">The name that it is wrapped in.</param>
    /// <param name="read">Reads every member that may be there.</param>
    public static T Read<T>(ReadOnlyMemory<byte> body, string name, Func<Form, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 16 });
            var outer = new Form("the body", document.RootElement);
            if (!outer.members.TryGetValue(name, out var inner) || outer.members.Count != 1)
            {
                throw StatusProblem.Invalid("the body", $"it has to be an object with the one member \"{name}\"");
            }

            return Read(name, inner, read);
        }
        catch (JsonException fault)
        {
            throw new StatusProblem(400, $"the body is not JSON: {fault.Message}");
        }
    }

    /// <summary>Reads the objects that a request's body lists: <c>{"services": [{...}, ...]}</c>.</summary>
    /// <param name="body">The body, whole.</param>
    /// <param name="name">The name that the array has.</param>
    /// <param name="most">Most objects.</param>
    /// <param name="read">Reads every member that may be there, of each.</param>
    public static List<T> ReadEach<T>(ReadOnlyMemory<byte> body, string name, int most, Func<Form, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 16 });
            var outer = new Form("the body", document.RootElement);
            if (!outer.members.TryGetValue(name, out var inner) || outer.members.Count != 1 || inner.ValueKind != JsonValueKind.Array)
            {
                throw StatusProblem.Invalid("the body", $"it has to be an object with the one member \"{name}\", an array");
            }

            var count = inner.GetArrayLength();
            return count <= most
                ?
                [
                    .. inner
                        .EnumerateArray()
                        .Select((item, i) => Read(string.Create(CultureInfo.InvariantCulture, $"{name}[{i}]"), item, read)),
                ]
                : throw StatusProblem.Invalid(
                    name,
                    string.Create(CultureInfo.InvariantCulture, $"{count} are listed; at most {most} are allowed")
                );
        }
        catch (JsonException fault)
        {
            throw new StatusProblem(400, $"the body is not JSON: {fault.Message}");
        }
    }

    /// <summary>A member's place, for a <see cref="StatusProblem"/>: <c>service.slug</c>.</summary>
    public string PlaceOf(string name) => At(name);

    /// <summary>Whether a member is there.</summary>
    public bool Has(string name)
    {
        known.Add(name);
        return members.ContainsKey(name);
    }

    /// <summary>A text, or null when it is absent, null, or blank.</summary>
    /// <param name="name">The member.</param>
    /// <param name="most">Most characters.</param>
    public string? Text(string name, int most)
    {
        if (Value(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            throw Wrong(name, value, "a text");
        }

        string text;
        try
        {
            text = value.GetString()!.ReplaceLineEndings("\n").Trim();
        }
        catch (InvalidOperationException)
        {
            throw StatusProblem.Invalid(At(name), "it holds half of a surrogate pair, which is no character");
        }

        if (text.Length > most)
        {
            throw StatusProblem.Invalid(
                At(name),
                string.Create(CultureInfo.InvariantCulture, $"{text.Length} characters; at most {most} are allowed")
            );
        }

        if (text.Any(c => char.IsControl(c) && c is not ('\n' or '\t')))
        {
            throw StatusProblem.Invalid(At(name), "it holds a control character");
        }

        return text.Length == 0 ? null : text;
    }

    /// <summary>A text that has to be there.</summary>
    public string Required(string name, int most) => Text(name, most) ?? throw StatusProblem.Invalid(At(name), "it can't be blank");

    /// <summary>One of a few words, or null when absent or null.</summary>
    public T? Choice<T>(string name)
        where T : struct, Enum => Value(name) is { } value ? ReadChoice<T>(At(name), value) : null;

    /// <summary>True or false, or null when absent or null.</summary>
    public bool? Flag(string name) =>
        Value(name) is not { } value ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw Wrong(name, value, "true or false");

    /// <summary>A whole number, or null when absent or null.</summary>
    public int? Number(string name, int least, int most) =>
        Value(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most ? number
        : throw Wrong(name, value, string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"));

    /// <summary>A moment with its offset from UTC (RFC 3339), or a date at 00:00 UTC; null when absent or null.</summary>
    public DateTimeOffset? Instant(string name)
    {
        if (Value(name) is not { } value)
        {
            return null;
        }

        string[] forms = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd"];
        return
            value.ValueKind == JsonValueKind.String
            && DateTimeOffset.TryParseExact(
                value.GetString(),
                forms,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                out var instant
            )
            && instant.Year is >= 2000 and < 2200
            ? DateTimeOffset.FromUnixTimeMilliseconds(instant.ToUnixTimeMilliseconds())
            : throw Wrong(name, value, "a moment such as 2026-11-18T11:48:00Z");
    }

    /// <summary>Texts, or null when absent or null.</summary>
    public List<string>? Texts(string name, int most)
    {
        if (Value(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String))
        {
            throw Wrong(name, value, "an array of texts");
        }

        return value.GetArrayLength() <= most
            ? [.. value.EnumerateArray().Select(item => item.GetString()!).Distinct()]
            : throw StatusProblem.Invalid(At(name), string.Create(CultureInfo.InvariantCulture, $"at most {most} are allowed"));
    }

    /// <summary>An object whose members' values are words of one enumeration; null when absent or null.</summary>
    public Dictionary<string, T>? Choices<T>(string name)
        where T : struct, Enum
    {
        if (Value(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            throw Wrong(name, value, "an object");
        }

        var choices = new Dictionary<string, T>();
        foreach (var member in value.EnumerateObject())
        {
            choices[member.Name] = ReadChoice<T>($"{At(name)}.{member.Name}", member.Value);
        }

        return choices;
    }

    private static T Read<T>(string place, JsonElement value, Func<Form, T> read)
    {
        var form = new Form(place, value);
        var result = read(form);
        if (form.members.Keys.FirstOrDefault(name => !form.known.Contains(name)) is { } unknown)
        {
            throw StatusProblem.Invalid(form.At(unknown), $"it is not known here; known are {string.Join(", ", form.known.Distinct())}");
        }

        return result;
    }

    private static T ReadChoice<T>(string place, JsonElement value)
        where T : struct, Enum =>
        value.ValueKind == JsonValueKind.String && StatusWords<T>.TryRead(value.GetString()!, out var choice)
            ? choice
            : throw StatusProblem.Invalid(place, $"it is {Shown(value)}, and has to be one of {string.Join(", ", StatusWords<T>.All)}");

    private JsonElement? Value(string name)
    {
        known.Add(name);
        return members.TryGetValue(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    private string At(string name) => $"{place}.{name}";

    private StatusProblem Wrong(string name, JsonElement value, string allowed) =>
        StatusProblem.Invalid(At(name), $"it is {Shown(value)}, and has to be {allowed}");

    private static string Shown(JsonElement value)
    {
        var text = value.GetRawText();
        return text.Length <= 60 ? text : Kind(value);
    }

    private static string Kind(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "an array",
            JsonValueKind.String => "a text",
            JsonValueKind.Number => "a number",
            JsonValueKind.Null => "null",
            _ => "true or false",
        };
}
