using System.Text.RegularExpressions;
using Holdfast.Model.StatusPage;
using Holdfast.Status.Storage;

namespace Holdfast.Status.WriteApi;

/// <summary>What a request says about the page itself; what it does not say stays as it is.</summary>
internal sealed partial record PageForm
{
    private const int AddressLength = 2_000;

    private Func<StatusPageProfile, StatusPageProfile> change = profile => profile;

    /// <summary>Reads name, address, time zone and looks.</summary>
    public static PageForm Read(Form form)
    {
        var read = new PageForm();
        if (form.Text("name", StatusPageLimits.NameLength) is { } name)
        {
            read.Then(profile => profile with { Name = name });
        }

        if (form.Text("url", AddressLength) is { } url)
        {
            Check("url", url, "http", "https");
            read.Then(profile => profile with { Url = url.TrimEnd('/') });
        }

        if (form.Text("time_zone", StatusPageLimits.NameLength) is { } zone)
        {
            if (!TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
            {
                throw StatusProblem.Invalid("page.time_zone", $"'{zone}' is no time zone; it has to be a name such as Europe/Zurich");
            }

            read.Then(profile => profile with { TimeZone = zone });
        }

        if (form.Has("brand_color"))
        {
            var color = form.Text("brand_color", StatusPageLimits.NameLength);
            if (color is not null && !Color().IsMatch(color))
            {
                throw StatusProblem.Invalid("page.brand_color", $"'{color}' is no colour; it has to be #rrggbb");
            }

            read.Then(profile => profile with { BrandColor = color });
        }

        if (form.Has("logo_url"))
        {
            var logo = Check("logo_url", form.Text("logo_url", AddressLength), "http", "https");
            read.Then(profile => profile with { LogoUrl = logo });
        }

        if (form.Has("support_url"))
        {
            var support = Check("support_url", form.Text("support_url", AddressLength), "http", "https", "mailto");
            read.Then(profile => profile with { SupportUrl = support });
        }

        if (form.Number("publish_drafts_after", 0, StatusPageLimits.PublishDraftsAfter) is { } seconds)
        {
            read.Then(profile => profile with { PublishDraftsAfter = seconds });
        }

        return read;
    }

    /// <summary>The profile with what was said.</summary>
    private StatusPageProfile Apply(StatusPageProfile profile) => change(profile);

    /// <summary>Writes it down.</summary>
    /// <exception cref="StatusStoreException">The disk is full, or gone.</exception>
    public StatusPageProfile Save(StatusStore store, string who) =>
        store.Change(
            who,
            written =>
            {
                var after = Apply(written.Profile);
                if (after != written.Profile)
                {
                    written.Put(after);
                }

                return after;
            }
        );

    private void Then(Func<StatusPageProfile, StatusPageProfile> next)
    {
        var before = change;
        change = profile => next(before(profile));
    }

    private static string? Check(string name, string? url, params string[] schemes) =>
        url is null || (Uri.TryCreate(url, UriKind.Absolute, out var uri) && schemes.Contains(uri.Scheme))
            ? url
            : throw StatusProblem.Invalid(
                $"page.{name}",
                $"'{url}' is no address; it has to begin with {string.Join(", or ", schemes.Select(s => s + ":"))}"
            );

    [GeneratedRegex(@"^#[0-9a-fA-F]{6}\z")]
    private static partial Regex Color();
}
