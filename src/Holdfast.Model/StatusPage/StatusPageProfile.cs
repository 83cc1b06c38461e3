namespace Holdfast.Model.StatusPage;

/// <summary>What a status page is called and how it looks.</summary>
public sealed record StatusPageProfile
{
    /// <summary>Twelve lower-case letters and digits.</summary>
    public required string Id { get; init; }

    /// <summary>Whose state it tells: <c>Example Hosting</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The address that people know it by, absolute, without a slash at its end.</summary>
    public required string Url { get; init; }

    /// <summary>IANA name of the zone that its times are told in, <c>Etc/UTC</c>.</summary>
    public string TimeZone { get; init; } = "Etc/UTC";

    /// <summary>The colour of heads and links as <c>#rrggbb</c>, or null for Holdfast's.</summary>
    public string? BrandColor { get; init; }

    /// <summary>Address of a picture that stands beside the name, http or https, or null.</summary>
    public string? LogoUrl { get; init; }

    /// <summary>Where a visitor who needs a person is sent, http, https or mailto, or null.</summary>
    public string? SupportUrl { get; init; }

    /// <summary>
    /// Seconds after which what was detected is published when nobody has decided, 0 to 300: from detection to a public notice, five minutes
    /// at most.
    /// </summary>
    public int PublishDraftsAfter { get; init; } = StatusPageLimits.PublishDraftsAfter;

    /// <summary>When any of it, or anything on the page, last changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}
