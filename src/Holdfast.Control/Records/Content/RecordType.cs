using System.Text.Json.Nodes;
using Holdfast.Artifacts.Json;

namespace Holdfast.Control.Records.Content;

/// <summary>One type of record: what its content is, as text and as the API's <c>data</c> object, and its one canonical form.</summary>
internal abstract class RecordType
{
    /// <summary>Its name, <c>MX</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What its content is, for messages.</summary>
    public required string Allowed { get; init; }

    /// <summary>The code of the error that says that a content is none of this type.</summary>
    public int ContentError { get; init; } = RecordErrors.Validation;

    /// <summary>Whether its records can be proxied.</summary>
    public bool Proxiable { get; init; }

    /// <summary>Whether the first field in a zone file is a priority, which the API keeps beside the content.</summary>
    public bool HasPriority { get; init; }

    /// <summary>Whether the API has a <c>data</c> object for it.</summary>
    public bool HasData { get; init; }

    /// <summary>Whether the priority is also a member of <c>data</c>.</summary>
    public bool HasPriorityInData { get; init; }

    /// <summary>The canonical content, or null when the words are none of this type. The priority is not among them.</summary>
    /// <param name="words">The words.</param>
    /// <param name="origin">What relative names stand under, or null when all names are absolute.</param>
    public abstract string? FromWords(ReadOnlySpan<PresentationWord> words, string? origin);

    /// <summary>The canonical content of a text that the API was given, or null when it is none of this type.</summary>
    public virtual string? FromContent(string content) =>
        PresentationWord.Split(content) is { Count: > 0 } words ? FromWords([.. words], null) : null;

    /// <summary>The canonical content of a <c>data</c> object; what is wrong is reported there, and null.</summary>
    public virtual string? FromData(JsonMembers data) => null;

    /// <summary>The <c>data</c> object of a canonical content.</summary>
    public virtual JsonObject ToData(string content) => [];

    /// <summary>A canonical content as a zone file writes it.</summary>
    public virtual string ToZoneFile(string content) => content;

    /// <summary>What a person would look for in a canonical content.</summary>
    public virtual string PlainText(string content) => content;
}

/// <summary>A type whose content is a row of fields.</summary>
internal sealed class FieldsType : RecordType
{
    /// <summary>The fields in the order in which a zone file has them, without the priority.</summary>
    public required IReadOnlyList<DataField> Fields { get; init; }

    /// <summary>What must hold between the fields, given their canonical texts.</summary>
    public Func<IReadOnlyList<string>, bool> Agrees { get; init; } = _ => true;

    /// <summary>Whether the last field may be left out, and is then empty.</summary>
    public bool LastIsOptional { get; init; }

    public override string? FromWords(ReadOnlySpan<PresentationWord> words, string? origin) =>
        Parse(words, origin) is { } texts ? Join(texts) : null;

    public override string? FromData(JsonMembers data)
    {
        var texts = new List<string>();
        foreach (var field in Fields)
        {
            if (LastIsOptional && field == Fields[^1] && (!data.TryGet(field.Member, out var last) || StrictJson.TextOf(last) is ""))
            {
                texts.Add("");
            }
            else if (data.TryRequire(field.Member, field.Allowed, out var value))
            {
                if (field.FromJson(value) is { } text)
                {
                    texts.Add(text);
                }
                else
                {
                    data.Report(field.Member, StrictJson.Describe(value), field.Allowed);
                }
            }
        }

        if (texts.Count < Fields.Count)
        {
            return null;
        }

        if (!Agrees(texts))
        {
            data.Report(Fields[^1].Member, "not what belongs to the other members", Allowed);
            return null;
        }

        return Join(texts);
    }

    public override JsonObject ToData(string content)
    {
        var texts = Parsed(content);
        return new JsonObject(Fields.Select((field, i) => KeyValuePair.Create(field.Member, (JsonNode?)field.ToJson(texts[i]))));
    }

    public override string ToZoneFile(string content)
    {
        var texts = Parsed(content);
        return Join([.. Fields.Select((field, i) => field.ToZoneFile(texts[i]))]);
    }

    private static string Join(IEnumerable<string> texts) => string.Join(' ', texts.Where(text => text.Length > 0));

    private IReadOnlyList<string> Parsed(string content) =>
        Parse([.. PresentationWord.Split(content) ?? []], null) ?? throw new InvalidDataException($"'{content}' is no content of {Name}");

    private List<string>? Parse(ReadOnlySpan<PresentationWord> words, string? origin)
    {
        var texts = new List<string>();
        foreach (var field in Fields)
        {
            if (words.Length == 0)
            {
                if (!LastIsOptional || field != Fields[^1])
                {
                    return null;
                }

                texts.Add("");
                continue;
            }

            var taken = field.TakesRest ? words.Length : 1;
            if (field.FromWords(words[..taken], origin) is not { } text)
            {
                return null;
            }

            texts.Add(text);
            words = words[taken..];
        }

        return words.Length == 0 && Agrees(texts) ? texts : null;
    }
}
