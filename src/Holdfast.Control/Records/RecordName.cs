using System.Globalization;
using System.Text;
using Holdfast.Model.Zones;

namespace Holdfast.Control.Records;

/// <summary>Names of records and of what they point to, in canonical form: lower-case ASCII, punycode, absolute, no trailing dot.</summary>
internal static class RecordName
{
    /// <summary>The root, where it stands for "none".</summary>
    public const string Root = ".";

    private static readonly IdnMapping Idn = new() { AllowUnassigned = false, UseStd3AsciiRules = false };

    /// <summary>
    /// A record's name within its zone: <c>@</c> is the zone, a name that ends in the zone's is absolute, any other is relative to the
    /// zone. The first label may be <c>*</c>.
    /// </summary>
    /// <returns>The name, or null when it is none, or lies outside the zone.</returns>
    public static string? InZone(string text, string zone)
    {
        var absolute = text.EndsWith('.');
        if (Canonical(absolute ? text[..^1] : text) is not { } name)
        {
            return null;
        }

        if (name is "@" && !absolute)
        {
            return zone;
        }

        if (!IsWithin(name, zone))
        {
            name = absolute ? null : $"{name}.{zone}";
        }

        return name is not null && IsOwner(name) ? name : null;
    }

    /// <summary>A host that a record points to.</summary>
    /// <param name="text">A host name.</param>
    /// <param name="origin">What a name without a trailing dot stands under; null when it is absolute all the same.</param>
    /// <param name="orRoot">Whether <c>.</c> is allowed.</param>
    /// <returns>The name, or null when it is none.</returns>
    public static string? Host(string text, string? origin, bool orRoot)
    {
        if (text == Root)
        {
            return orRoot ? Root : null;
        }

        if (text == "@" && origin is not null)
        {
            return origin;
        }

        var absolute = text.EndsWith('.');
        var name = Canonical(absolute ? text[..^1] : text);
        name = name is null || absolute || origin is null ? name : $"{name}.{origin}";
        return name is not null && ZoneName.IsHostName(name) ? name : null;
    }

    /// <summary>Whether the name is the zone's or lies below it.</summary>
    public static bool IsWithin(string name, string zone) =>
        name == zone || (name.EndsWith(zone, StringComparison.Ordinal) && name[^(zone.Length + 1)] == '.');

    /// <summary>Whether a record can have this name: a host name, or <c>*.</c> and one.</summary>
    public static bool IsOwner(string name) =>
        name.Length <= ZoneName.MaxLength && ZoneName.IsHostName(name.StartsWith("*.", StringComparison.Ordinal) ? name.AsSpan(2) : name);

    private static string? Canonical(string text)
    {
        if (text.Length is 0 or > ZoneName.MaxLength)
        {
            return null;
        }

        try
        {
            return Ascii.IsValid(text) ? text.ToLowerInvariant() : Idn.GetAscii(text).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
