using Holdfast.Model.Purging;

namespace Holdfast.Releases.Purging;

/// <summary>What kinds of purge are called in the log, in files and in the API.</summary>
public static class PurgeKindNames
{
    /// <summary>A kind's name.</summary>
    public static string Of(PurgeKind kind) =>
        kind switch
        {
            PurgeKind.Everything => "everything",
            PurgeKind.Host => "host",
            PurgeKind.Prefix => "prefix",
            PurgeKind.Url => "url",
            PurgeKind.Tag => "tag",
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such kind"),
        };

    /// <summary>The kind of a name; false when this build knows none.</summary>
    public static bool TryParse(string? name, out PurgeKind kind)
    {
        foreach (var known in Enum.GetValues<PurgeKind>())
        {
            if (name == Of(known))
            {
                kind = known;
                return true;
            }
        }

        kind = default;
        return false;
    }
}
