namespace Holdfast.Model.StatusPage;

/// <summary>Every limit of a status page's contents, each with its reason.</summary>
public static class StatusPageLimits
{
    /// <summary>Characters of a component's or the page's name: it has to fit a line.</summary>
    public const int NameLength = 255;

    /// <summary>Characters of a component's description.</summary>
    public const int DescriptionLength = 1_000;

    /// <summary>Characters of an incident's title.</summary>
    public const int TitleLength = 255;

    /// <summary>Characters of an update: some ten pages of text, so that a post-mortem fits.</summary>
    public const int BodyLength = 25_000;

    /// <summary>Components of a page, groups among them: the first view has to stay readable, and small.</summary>
    public const int Components = 1_000;

    /// <summary>Updates of one incident: one every four minutes of a day and a half.</summary>
    public const int Updates = 500;

    /// <summary>Earlier words kept of one update; the edit after that is refused, since what was said may not be lost.</summary>
    public const int Edits = 100;

    /// <summary>Most seconds from detection to a public notice, and how many there are unless something else is set.</summary>
    public const int PublishDraftsAfter = 300;

    /// <summary>Most minutes until the next word that can be promised: a day.</summary>
    public const int NextUpdateIn = 24 * 60;

    /// <summary>Days of a component's uptime that the page shows.</summary>
    public const int UptimeDays = 90;
}
