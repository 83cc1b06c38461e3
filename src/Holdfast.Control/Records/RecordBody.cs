using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Artifacts.Json;
using Holdfast.Control.Envelope;
using Holdfast.Control.Records.Content;
using Holdfast.Releases.Intake;

namespace Holdfast.Control.Records;

/// <summary>What a request says about one record; null stands for what it does not say.</summary>
internal sealed class RecordBody
{
    // What answers carry and nobody can set: who sends a record back as it came need not take them out.
    private static readonly string[] ReadOnlyMembers =
    [
        "created_on",
        "modified_on",
        "comment_modified_on",
        "tags_modified_on",
        "meta",
        "proxiable",
        "zone_id",
        "zone_name",
    ];

    private readonly ICollection<ArtifactProblem> _problems;
    private readonly JsonMembers _members;
    private string? _name;
    private RecordType? _type;
    private string? _content;
    private JsonElement? _data;
    private int? _priority;
    private int? _ttl;
    private bool? _proxied;
    private bool _saysComment;
    private string? _comment;
    private ImmutableArray<string>? _tags;
    private RecordSettings? _settings;

    private RecordBody(JsonMembers members, ICollection<ArtifactProblem> problems, string pointer)
    {
        _members = members;
        _problems = problems;
        Pointer = pointer;
    }

    /// <summary>Where in the request it stands.</summary>
    public string Pointer { get; }

    /// <summary>The id of the record that is meant; only within a batch.</summary>
    public string? Id { get; private set; }

    /// <summary>Reads a record; what is wrong with it is reported.</summary>
    /// <param name="value">The JSON object.</param>
    /// <param name="pointer">Where it stands.</param>
    /// <param name="problems">Gets what is wrong.</param>
    /// <param name="needsId">Whether it must say which record it means.</param>
    public static RecordBody Read(JsonElement value, string pointer, ICollection<ArtifactProblem> problems, bool needsId) =>
        Read(new JsonMembers(value, pointer, problems), pointer, problems, needsId);

    /// <summary>Reads the record that is the whole request.</summary>
    public static RecordBody Read(RequestBody body)
    {
        var record = Read(body.Members, "", body.Problems, needsId: false);
        body.Complete();
        return record;
    }

    /// <summary>The record's values as they shall be.</summary>
    /// <param name="zone">The zone's name.</param>
    /// <param name="before">What is not said stays as it is here; null gives it its default.</param>
    /// <exception cref="ApiException">Something is missing or wrong.</exception>
    public RecordValues Apply(string zone, RecordValues? before)
    {
        var type = _type ?? before?.Type ?? throw Missing("type", RecordTypes.Names);
        var name = _name is null ? before?.Name ?? throw Missing("name", "a name in the zone") : Name(zone);
        var (content, priority) = Content(type, before?.Type == type ? before : null);
        var proxied = _proxied ?? (before?.Proxied is true && type.Proxiable);
        var values = new RecordValues
        {
            Name = name,
            Type = type,
            Content = content,
            Priority = priority,
            Ttl = proxied ? RecordLimits.AutomaticTtl : _ttl ?? before?.Ttl ?? RecordLimits.AutomaticTtl,
            Proxied = proxied,
            Comment = _saysComment ? _comment : before?.Comment,
            Tags = _tags ?? before?.Tags ?? [],
            Settings = _settings ?? before?.Settings ?? new RecordSettings(),
        };
        return RecordRules.Check(values, Pointer);
    }

    private static RecordBody Read(JsonMembers members, string pointer, ICollection<ArtifactProblem> problems, bool needsId)
    {
        var body = new RecordBody(members, problems, pointer);
        if (needsId)
        {
            body.Id = members.RequireText("id", "a record's id");
        }
        else
        {
            members.TryGet("id", out _);
        }

        body._name = members.OptionalText("name", "a name in the zone");
        body.ReadType();
        body._content = members.OptionalText("content", "the record's content");
        body._data = members.TryGet("data", out var data) && data.ValueKind != JsonValueKind.Null ? data : null;
        body._priority = body.Whole("priority", 0, ushort.MaxValue);
        body._ttl = body.Whole("ttl", 0, int.MaxValue);
        body._proxied = Flag(members, "proxied");
        body._saysComment = members.TryGet("comment", out _);
        body._comment = members.OptionalText("comment", $"null or at most {RecordLimits.MostComment} characters")?.Trim()
            is { Length: > 0 } text
            ? text
            : null;
        body.ReadTags();
        body.ReadSettings();
        foreach (var member in ReadOnlyMembers)
        {
            members.TryGet(member, out _);
        }

        if (pointer.Length > 0)
        {
            members.RefuseOthers();
        }

        return body;
    }

    private string Name(string zone) =>
        RecordName.InZone(_name!, zone)
        ?? throw ApiException.Invalid(
            _members.PointerTo("name"),
            $"DNS name is invalid: it must be @, a name in {zone}, or one relative to it; only the first label can be *",
            RecordErrors.InvalidName
        );

    private (string Content, int? Priority) Content(RecordType type, RecordValues? before)
    {
        var priority = _priority;
        string? content = null;
        if (_content is not null)
        {
            (content, var stated) = RecordContent.Read(type, _content);
            priority ??= stated;
            if (content is null)
            {
                throw ApiException.Invalid(
                    _members.PointerTo("content"),
                    $"Content for {type.Name} record is invalid. It must be {type.Allowed}.",
                    type.ContentError
                );
            }
        }

        if (_data is { } data)
        {
            var (fromData, stated) = Data(type, data);
            if (content is not null && content != fromData)
            {
                throw ApiException.Invalid(
                    _members.PointerTo("data"),
                    "content and data say different things; send one of them",
                    RecordErrors.Validation
                );
            }

            content = fromData;
            priority = stated ?? priority;
        }

        content ??= before?.Content ?? throw Missing(type.HasData ? "data" : "content", type.Allowed);
        return type.HasPriority
            ? (content, priority ?? before?.Priority ?? throw Missing("priority", "a whole number from 0 to 65535"))
            : (content, null);
    }

    private (string Content, int? Priority) Data(RecordType type, JsonElement value)
    {
        var pointer = _members.PointerTo("data");
        if (!type.HasData)
        {
            throw ApiException.Invalid(pointer, $"{type.Name} records have content, no data", RecordErrors.Validation);
        }

        var problems = new List<ArtifactProblem>();
        var members = new JsonMembers(value, pointer, problems);
        int? priority = null;
        if (type.HasPriorityInData && members.TryGet("priority", out var stated))
        {
            priority = stated.ValueKind == JsonValueKind.Number && stated.TryGetUInt16(out var number) ? number : null;
            if (priority is null)
            {
                members.Report("priority", StrictJson.Describe(stated), "a whole number from 0 to 65535");
            }
        }

        var content = members.IsObject ? type.FromData(members) : null;
        members.RefuseOthers();
        return problems.Count == 0 && content is not null
            ? (content, priority)
            : throw ApiException.Invalid(problems, RecordErrors.Validation);
    }

    private ApiException Missing(string member, string allowed) =>
        ApiException.Invalid(_members.PointerTo(member), $"{member} is missing; allowed is {allowed}", RecordErrors.Validation);

    private void ReadType()
    {
        if (_members.OptionalText("type", RecordTypes.Names) is { } text && (_type = RecordTypes.Find(text)) is null)
        {
            _members.Report("type", $"'{text[..Math.Min(text.Length, 20)]}'", RecordTypes.Names);
        }
    }

    private void ReadTags()
    {
        if (!_members.TryGet("tags", out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return;
        }

        const string allowed = "a list of strings NAME or NAME:VALUE";
        if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(tag => StrictJson.TextOf(tag) is null))
        {
            _members.Report("tags", StrictJson.Describe(value), allowed);
            return;
        }

        _tags = [.. value.EnumerateArray().Select(tag => StrictJson.TextOf(tag)!)];
    }

    private void ReadSettings()
    {
        if (!_members.TryGet("settings", out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return;
        }

        var settings = new JsonMembers(value, _members.PointerTo("settings"), _problems);
        _settings = new RecordSettings(
            Flag(settings, "ipv4_only") ?? false,
            Flag(settings, "ipv6_only") ?? false,
            Flag(settings, "flatten_cname") ?? false
        );
        settings.RefuseOthers();
    }

    private int? Whole(string member, int least, int most)
    {
        if (!_members.TryGet(member, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most)
        {
            return number;
        }

        _members.Report(member, StrictJson.Describe(value), $"a whole number from {least} to {most}");
        return null;
    }

    private static bool? Flag(JsonMembers members, string member)
    {
        if (!members.TryGet(member, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return value.GetBoolean();
        }

        members.Report(member, StrictJson.Describe(value), "true or false");
        return null;
    }
}
