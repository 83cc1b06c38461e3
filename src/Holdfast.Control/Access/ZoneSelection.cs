namespace Holdfast.Control.Access;

/// <summary>A set of zones: all but some, or some. An empty selection means none, never all.</summary>
/// <param name="All">Whether it is all but <paramref name="Ids"/>.</param>
/// <param name="Ids">Those left out, or those meant.</param>
internal sealed record ZoneSelection(bool All, IReadOnlySet<string> Ids)
{
    /// <summary>No zone.</summary>
    public static ZoneSelection None { get; } = new(false, new HashSet<string>());

    /// <summary>Whether every zone of the other is in this one, zones to come included.</summary>
    public bool Contains(ZoneSelection other) =>
        (All, other.All) switch
        {
            (true, true) => Ids.IsSubsetOf(other.Ids),
            (true, false) => !Ids.Overlaps(other.Ids),
            (false, true) => false,
            (false, false) => other.Ids.IsSubsetOf(Ids),
        };
}
