namespace Holdfast.Status.Drafts;

// What is said of slowness, of modules and of releases, and of a change that came just before.
internal sealed partial record Statement
{
    /// <summary>Longest time between a change and what it is told with in public.</summary>
    private const int ToldSeconds = 120;

    private bool IsSlow => About.StartsWith(Slow, StringComparison.Ordinal);

    /// <summary>The kind of artifact in people's words: <c>bot features</c>.</summary>
    private string Kind => About[Release.Length..].Replace('-', ' ');

    /// <summary>The first text of what is neither errors nor silence; null for those.</summary>
    private string? OtherBody(string since)
    {
        var worst = Weighty.MaxBy(sign => sign.Share)!;
        if (About == Modules)
        {
            return $"A part of the edge ({worst.Said ?? "a module"}) has failed for {Percent(Share)} of the requests at {Places(Signs)} since {since}. Requests go on as it is declared for that part; errors are as usual. We are investigating.";
        }

        if (About == Slow + Ours)
        {
            var whose = worst.Zone is null ? "" : $" for {Sites(Signs)}";
            return $"{Percent(Share)} of the answers{whose} at {Places(Signs)} have taken us more than a quarter of a second since {since}, ordinarily {Percent(worst.Ordinary)}. Errors are as usual.{Change} We are investigating.";
        }

        if (IsSlow)
        {
            return $"{Percent(Share)} of the requests for {worst.Zone} have waited more than a second for its own servers (the origin) since {since}, ordinarily {Percent(worst.Ordinary)}. It is seen at {Places(Signs)}. Our network works as usual.";
        }

        if (About.StartsWith(Release, StringComparison.Ordinal))
        {
            return $"A change of ours ({Kind}) was not taken into use, or taken back, by {Places(Signs)} at {since}. What was in use before serves on; if errors were seen, they are told by themselves.";
        }

        return null;
    }

    /// <summary>
    /// What is said in public of a change that went out shortly before, with a space before it: that there was one, never whose site it was.
    /// </summary>
    private string Change
    {
        get
        {
            var change = Releases.FirstOrDefault(release => release.Seconds <= ToldSeconds && !release.IsOfOneSite);
            return change is null ? ""
                : change.Step == "refused"
                    ? $" It began when a change of ours went out ({KindOf(change)}), which our edges have refused since."
                : change.Step == "reverted"
                    ? $" It began {After(change)} a change of ours went out ({KindOf(change)}), which has been taken back."
                : $" It began {After(change)} a change of ours went out ({KindOf(change)}), which we are looking at.";
        }
    }

    /// <summary>What outside services say, with a space before each; where a site's servers stand is not told in public.</summary>
    private string Outside => Provider is null ? "" : string.Concat(Provider.Outside.Select(one => " " + one));

    private static string KindOf(ReleaseBefore release) => release.Artifact.Split('/')[0].Replace('-', ' ');

    private static string After(ReleaseBefore release) =>
        release.Seconds == 0 ? "when" : FormattableString.Invariant($"{release.Seconds} s after");
}
