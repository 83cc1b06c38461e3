using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace Holdfast.Artifacts.Json;

/// <summary>Members that may be missing, by their types.</summary>
public sealed partial class JsonMembers
{
    private const string FlagForm = "true or false";

    /// <summary>An object that may be missing or null; what is another thing is reported.</summary>
    public bool TryGetObject(string name, [NotNullWhen(true)] out JsonMembers? members)
    {
        members =
            TryGet(name, out var value) && value.ValueKind != JsonValueKind.Null
                ? new JsonMembers(value, PointerTo(name), _problems)
                : null;
        return members?.IsObject == true;
    }

    /// <summary>An object that must be there; what is missing or another thing, null too, is reported.</summary>
    public bool TryRequireObject(string name, string allowed, [NotNullWhen(true)] out JsonMembers? members)
    {
        members = TryRequire(name, allowed, out var value) ? new JsonMembers(value, PointerTo(name), _problems) : null;
        return members?.IsObject == true;
    }

    /// <summary>The names of all members.</summary>
    public IEnumerable<string> Names => _members.Keys;

    /// <summary>The members of an object in a list that is one of the members.</summary>
    /// <param name="name">The list.</param>
    /// <param name="element">The object.</param>
    /// <param name="index">Its place.</param>
    public JsonMembers At(string name, JsonElement element, int index) =>
        new(element, string.Create(CultureInfo.InvariantCulture, $"{PointerTo(name)}/{index}"), _problems);

    /// <summary>True or false; null when it is missing, null or another thing, which is reported.</summary>
    public bool? OptionalFlag(string name)
    {
        if (!TryGet(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return value.ValueKind == JsonValueKind.True;
        }

        Report(name, StrictJson.Describe(value), FlagForm);
        return null;
    }

    /// <summary>A whole number in a range; null when it is missing, null or another thing, which is reported.</summary>
    public long? OptionalWhole(string name, long least, long most)
    {
        if (!TryGet(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= least && number <= most)
        {
            return number;
        }

        Report(name, StrictJson.Describe(value), $"a whole number from {least} to {most}");
        return null;
    }

    /// <summary>A list of different strings that may be missing or null; empty when it is, or when there is a problem.</summary>
    /// <param name="name">The member.</param>
    /// <param name="allowed">What it can be, for messages.</param>
    /// <param name="least">The fewest strings of a list that is there.</param>
    /// <param name="most">The most strings.</param>
    /// <param name="fits">Whether a string can be in it.</param>
    public ImmutableArray<string> OptionalTexts(string name, string allowed, int least, int most, Func<string, bool> fits)
    {
        if (!TryGet(name, out var list) || list.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() < least || list.GetArrayLength() > most)
        {
            Report(name, StrictJson.Describe(list), allowed);
            return [];
        }

        var texts = ImmutableArray.CreateBuilder<string>(list.GetArrayLength());
        foreach (var element in list.EnumerateArray())
        {
            if (StrictJson.TextOf(element) is { } text && fits(text) && !texts.Contains(text))
            {
                texts.Add(text);
            }
            else
            {
                Report(name, $"an array with {StrictJson.Describe(element)}", allowed);
                return [];
            }
        }

        return texts.DrainToImmutable();
    }
}
