using System.Collections.Immutable;
using Holdfast.Status.OutsideStatus;
using Holdfast.Status.Providers;
using Holdfast.Status.Watching;

namespace Holdfast.Status.Drafts;

/// <summary>What is known beside the signs.</summary>
/// <param name="Releases">Every release that edges told of.</param>
/// <param name="Providers">For each zone the provider that its origin stands on.</param>
/// <param name="Outside">Outside services that are watched, with what they say of themselves: told with the sites that stand there, and no incident of this page's.</param>
/// <param name="Reported">Outside services that visitors report problems with.</param>
internal sealed record Surroundings(
    IReadOnlyCollection<SeenRelease> Releases,
    ImmutableDictionary<string, OriginProvider> Providers,
    IReadOnlyCollection<OutsideService> Outside,
    IReadOnlyCollection<string> Reported
);

/// <summary>A provider that the sites of a draft stand on, with what else is known of it.</summary>
/// <param name="Name"><c>aws/us-east-1</c></param>
/// <param name="Title">What people call it.</param>
/// <param name="FailingZones">How many zones whose origins fail now stand on it, those of other drafts too.</param>
/// <param name="Outside">Outside services that are this provider's and have trouble too, with who says so.</param>
internal sealed record FailingProvider(string Name, string Title, int FailingZones, ImmutableArray<string> Outside)
{
    /// <summary>For operators: who it is, and what else fails there.</summary>
    public string Text =>
        string.Create(
                System.Globalization.CultureInfo.InvariantCulture,
                $"Its servers stand on {Title} ({Name}){(FailingZones > 1 ? $", as do those of {FailingZones - 1} more that fail now" : "")}. {(Outside.IsEmpty ? "No outside service that is watched says that it has trouble." : string.Concat(Outside.Select(one => one + " ")))}"
            )
            .TrimEnd();

    /// <summary>The provider of a zone, with what else fails on it.</summary>
    /// <param name="statement">What is told.</param>
    /// <param name="signs">Everything that is not as usual.</param>
    /// <param name="around">What is known beside.</param>
    public static FailingProvider? Of(Statement statement, IReadOnlyCollection<Sign> signs, Surroundings around)
    {
        if (
            statement.Signs.FirstOrDefault(sign => sign.Kind == SignKind.OriginErrors)?.ZoneId is not { } zone
            || !around.Providers.TryGetValue(zone, out var provider)
            || provider.Id is OriginProvider.Private or OriginProvider.Unknown
        )
        {
            return null;
        }

        var failing = signs
            .Where(sign => sign.Kind == SignKind.OriginErrors && sign.ZoneId is not null)
            .Select(sign => sign.ZoneId!)
            .Distinct()
            .Count(other => around.Providers.TryGetValue(other, out var its) && its.Name == provider.Name);
        var outside = around
            .Outside.Where(service => service.Is(provider))
            .SelectMany(service =>
                service
                    .Troubles.Where(trouble => trouble.MayBeOf(provider.Region))
                    .Select(trouble => $"The outside service {service.Name} reports trouble too: {trouble.Title.TrimEnd('.')}.")
            )
            .Concat(
                around
                    .Reported.Where(name => OutsideService.IsNamed(name, provider))
                    .Select(name => $"Visitors report problems with the outside service {name} too.")
            );
        return new FailingProvider(provider.Name, provider.Title, failing, [.. outside.Take(3)]);
    }
}
