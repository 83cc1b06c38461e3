using Holdfast.Model.Zones;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.Control.Storage;

/// <summary>Which zones a list shows.</summary>
internal sealed record ZoneFilter
{
    /// <summary>What the name must be like, or null.</summary>
    public NamePattern? Name { get; init; }

    /// <summary>The types wanted, or null for all but internal ones.</summary>
    public IReadOnlyList<ZoneType>? Types { get; init; }

    /// <summary>What the conditions say that are the same for every zone: its status, its account.</summary>
    public IReadOnlyList<bool> Others { get; init; } = [];

    /// <summary>Whether one condition that holds is enough.</summary>
    public bool Any { get; init; }

    /// <summary>Whether internal zones are left out: they are shown to who asks for their type, or for one by name.</summary>
    public bool HidesInternal => Types is null && Name is not { IsExact: true };

    /// <summary>Whether what is the same for every zone decides for all of them.</summary>
    public bool IsAll => Any && (Others.Contains(true) || (Others.Count == 0 && Name is null && Types is null));

    /// <summary>Whether what is the same for every zone decides against all of them.</summary>
    public bool IsNone => !Any && Others.Contains(false);

    /// <summary>Of these zones the ones wanted.</summary>
    public IQueryable<ZoneRow> Of(IQueryable<ZoneRow> rows)
    {
        rows = HidesInternal ? rows.Where(row => row.Type != (int)ZoneType.Internal) : rows;
        return Any ? MatchingAny(rows) : MatchingAll(rows);
    }

    private IQueryable<ZoneRow> MatchingAll(IQueryable<ZoneRow> rows)
    {
        if (IsNone)
        {
            return rows.Where(row => false);
        }

        if (Name is { } name)
        {
            rows =
                name.IsExact ? rows.Where(row => row.Name == name.Text)
                : name.Negated ? rows.Where(row => row.Name != name.Text)
                : name.IsPrefix
                    ? rows.Where(row => string.Compare(row.Name, name.Text) >= 0 && string.Compare(row.Name, name.AfterPrefix) < 0)
                // Looking for a text costs less than looking for a pattern, and names are in lower case like what is looked for.
                : name.IsPart ? rows.Where(row => row.Name.Contains(name.Text))
                : rows.Where(row => EF.Functions.Like(row.Name, name.Like, NamePattern.Escape));
        }

        if (Types is not null)
        {
            var types = Numbers();
            rows = rows.Where(row => types.Contains(row.Type));
        }

        return rows;
    }

    private IQueryable<ZoneRow> MatchingAny(IQueryable<ZoneRow> rows)
    {
        if (IsAll)
        {
            return rows;
        }

        var types = Numbers();
        if (Name is not { } name)
        {
            return rows.Where(row => types.Contains(row.Type));
        }

        return name.Negated ? rows.Where(row => row.Name != name.Text || types.Contains(row.Type))
            : name.IsPart ? rows.Where(row => row.Name.Contains(name.Text) || types.Contains(row.Type))
            : rows.Where(row => EF.Functions.Like(row.Name, name.Like, NamePattern.Escape) || types.Contains(row.Type));
    }

    private int[] Numbers() => [.. (Types ?? []).Select(type => (int)type)];
}

/// <summary>What a name must be like.</summary>
/// <param name="Text">The text that is looked for, in lower case as names are.</param>
/// <param name="Before">Whether anything may stand before it.</param>
/// <param name="After">Whether anything may stand after it.</param>
/// <param name="Negated">Whether it must not be like that.</param>
internal sealed record NamePattern(string Text, bool Before, bool After, bool Negated)
{
    /// <summary>What stands before a character of <see cref="Like"/> that means itself.</summary>
    public const string Escape = "\\";

    /// <summary>Whether it is one name.</summary>
    public bool IsExact => !Before && !After && !Negated;

    /// <summary>Whether it is what names begin with: in their order those stand together.</summary>
    public bool IsPrefix => !Before && After && !Negated;

    /// <summary>Whether it is what names have anywhere.</summary>
    public bool IsPart => Before && After && !Negated;

    /// <summary>What comes after all names that begin with <see cref="Text"/>: their characters are all of ASCII, and DEL is of none.</summary>
    public string AfterPrefix => Text + "\u007f";

    /// <summary>The pattern for SQL's LIKE.</summary>
    public string Like =>
        (Before ? "%" : "")
        + Text.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("%", "\\%", StringComparison.Ordinal)
            .Replace("_", "\\_", StringComparison.Ordinal)
        + (After ? "%" : "");

    /// <summary>Whether a text that no database holds is like it.</summary>
    public bool Matches(string text) =>
        Negated
        != (
            (Before, After) switch
            {
                (false, false) => text == Text,
                (false, true) => text.StartsWith(Text, StringComparison.Ordinal),
                (true, false) => text.EndsWith(Text, StringComparison.Ordinal),
                _ => text.Contains(Text, StringComparison.Ordinal),
            }
        );
}
