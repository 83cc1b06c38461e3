using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Status.Watching;

namespace Holdfast.Status.Drafts;

/// <summary>A release that went out just before something began.</summary>
/// <param name="Artifact">What people call it at the command line, without its generation: <c>list/offices</c>.</param>
/// <param name="Generation">The release's generation.</param>
/// <param name="At">When requests first met it, or it was refused.</param>
/// <param name="Seconds">How long before that was, 0 or more.</param>
/// <param name="Step">What edges did with it last: <c>slice</c>, <c>live</c>, <c>good</c>, <c>reverted</c>, <c>refused</c>.</param>
/// <param name="Reason">Why, or null.</param>
/// <param name="Where">The edges that told of it.</param>
internal sealed record ReleaseBefore(
    string Artifact,
    long Generation,
    DateTimeOffset At,
    long Seconds,
    string Step,
    string? Reason,
    ImmutableArray<string> Where
)
{
    /// <summary>Longest time that a release may have been out before something began, to be named.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    /// <summary>Counters are read each 10 s, so that a beginning is known to about as much.</summary>
    private static readonly TimeSpan Doubt = TimeSpan.FromSeconds(15);

    private const int Most = 3;

    /// <summary>A kind of which one release is one site's own.</summary>
    private const string OfOneZone = "zone";

    /// <summary>Whether its edges do without it now.</summary>
    public bool IsOut => Step is "reverted" or "refused";

    /// <summary>Whether it is of one site alone.</summary>
    public bool IsOfOneSite => Artifact.StartsWith(OfOneZone + "/", StringComparison.Ordinal);

    /// <summary>For operators: what went out, when, and what the edges did with it.</summary>
    public string Told =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"Release {Generation} of {Artifact} {Done} {(Seconds == 0 ? "just then" : $"{Seconds} s before")}, at {string.Join(", ", Where)}.{After}"
        );

    /// <summary>The command that undoes it; null where the edges have done so.</summary>
    public string? Command => IsOut ? null : $"holdfast release revert {Artifact} --reason 'errors since it went out'";

    /// <summary>Both in one line.</summary>
    public string Text => Command is null ? Told : $"{Told} Revert with `{Command}`.";

    private string Done => Step == "refused" ? "was refused" : "went out";

    private string After =>
        Step switch
        {
            "refused" => $" What was before it stays in use. The reason: {Reason}",
            "reverted" => $" The edges went back by themselves. The reason: {Reason}",
            _ => "",
        };

    /// <summary>Those that went out within a quarter of an hour before it began, and touch what it is about: most likely first.</summary>
    /// <param name="statement">What began.</param>
    /// <param name="releases">Every release that edges told of.</param>
    public static ImmutableArray<ReleaseBefore> Of(Statement statement, IEnumerable<SeenRelease> releases)
    {
        if (!statement.MayBeOfRelease)
        {
            return [];
        }

        var since = statement.Since;
        var zones = statement.Signs.Select(sign => sign.ZoneId).OfType<string>().ToHashSet(StringComparer.Ordinal);
        return
        [
            .. releases
                .Where(release => release.At >= since - Longest && release.At <= since + Doubt)
                .Where(release => release.Kind == OfOneZone ? zones.Contains(release.Name) : statement.IsOurs)
                .OrderByDescending(release => release.IsOut)
                .ThenBy(release => (since - release.At).Duration())
                .ThenBy(release => release.Artifact, StringComparer.Ordinal)
                .DistinctBy(release => (release.Artifact, release.IsOut))
                .Take(Most)
                .Select(release => new ReleaseBefore(
                    release.Artifact,
                    release.Generation,
                    release.At,
                    Math.Max(0, (long)(since - release.At).TotalSeconds),
                    release.Step,
                    release.Reason,
                    release.Where
                )),
        ];
    }
}
