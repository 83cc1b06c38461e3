using System.Text.Json;
using Holdfast.Releases.Intake;

namespace Holdfast.Artifacts.Json;

/// <summary>
/// The members of one JSON object, read one by one; every mistake becomes a problem with its pointer. Members that nobody read, and
/// members that stand there twice, are problems too.
/// </summary>
public sealed partial class JsonMembers
{
    private readonly Dictionary<string, JsonElement> _members = new(StringComparer.Ordinal);
    private readonly List<string> _known = [];
    private readonly string _pointer;
    private readonly ICollection<ArtifactProblem> _problems;

    /// <summary>The members of a value; one that is no object has none, and that is a problem.</summary>
    /// <param name="value">The value.</param>
    /// <param name="pointer">Where it is; empty for the whole.</param>
    /// <param name="problems">Gets what is wrong.</param>
    public JsonMembers(JsonElement value, string pointer, ICollection<ArtifactProblem> problems)
    {
        _pointer = pointer;
        _problems = problems;
        IsObject = value.ValueKind == JsonValueKind.Object;
        if (!IsObject)
        {
            problems.Add(new ArtifactProblem(pointer, StrictJson.Describe(value), "an object"));
            return;
        }

        foreach (var property in value.EnumerateObject())
        {
            string name;
            try
            {
                name = property.Name;
            }
            catch (InvalidOperationException)
            {
                problems.Add(new ArtifactProblem(pointer, "an object with a member whose name is not valid Unicode", "known members"));
                continue;
            }

            if (!_members.TryAdd(name, property.Value))
            {
                problems.Add(new ArtifactProblem(StrictJson.Pointer(pointer, name), "there twice", "each member once"));
            }
        }
    }

    /// <summary>Whether the value is an object at all.</summary>
    public bool IsObject { get; }

    /// <summary>The pointer to a member.</summary>
    public string PointerTo(string name) => StrictJson.Pointer(_pointer, name);

    /// <summary>A member that may be missing. Reading it makes its name known.</summary>
    public bool TryGet(string name, out JsonElement value)
    {
        _known.Add(name);
        return _members.TryGetValue(name, out value);
    }

    /// <summary>A member that must be there.</summary>
    public bool TryRequire(string name, string allowed, out JsonElement value)
    {
        if (TryGet(name, out value))
        {
            return true;
        }

        if (IsObject)
        {
            _problems.Add(new ArtifactProblem(PointerTo(name), "missing", allowed));
        }

        return false;
    }

    /// <summary>A string that must be there.</summary>
    /// <returns>Null when there is a problem.</returns>
    public string? RequireText(string name, string allowed) => TryRequire(name, allowed, out var value) ? Text(name, value, allowed) : null;

    /// <summary>A string that may be missing or null.</summary>
    /// <returns>Null when it is, or when there is a problem.</returns>
    public string? OptionalText(string name, string allowed) =>
        TryGet(name, out var value) && value.ValueKind != JsonValueKind.Null ? Text(name, value, allowed) : null;

    /// <summary>Reports a member's value.</summary>
    public void Report(string name, string found, string allowed) => _problems.Add(new ArtifactProblem(PointerTo(name), found, allowed));

    /// <summary>Reports the members that nobody asked for. Call it last.</summary>
    public void RefuseOthers()
    {
        // No set of those that are known: there are few, and an artifact has thousands of objects.
        foreach (var name in _members.Keys)
        {
            if (!_known.Contains(name))
            {
                _problems.Add(new ArtifactProblem(PointerTo(name), "an unknown member", string.Join(", ", _known.Distinct())));
            }
        }
    }

    private string? Text(string name, JsonElement value, string allowed)
    {
        var text = StrictJson.TextOf(value);
        if (text is null)
        {
            Report(name, StrictJson.Describe(value), allowed);
        }

        return text;
    }
}
