using Holdfast.Artifacts.Bots;
using Holdfast.Edge.Guard.Faults;
using Holdfast.Model.Bots;
using Holdfast.Model.Releases;
using Holdfast.Releases.Intake;

namespace Holdfast.Edge.Bots;

/// <summary>Makes a release of the bot feature file ready for requests; the edge and its taster load with the same one.</summary>
/// <param name="limits">How much a file may be.</param>
/// <param name="faults">The faults that are tripped; null where none can be.</param>
internal sealed class BotFeatureLoader(BotFeatureLimits limits, FaultInjection? faults)
{
    // What the loader with the defect has room for.
    private const int RoomOfTheDefect = 200;

    /// <summary>Loads a file.</summary>
    /// <param name="release">The release.</param>
    /// <param name="before">The file in use, or null.</param>
    /// <exception cref="ArtifactRefusedException">It cannot be used; the message says why.</exception>
    public BotFeaturesRuntime Load(Release release, BotFeaturesRuntime? before)
    {
        if (!BotFeatureArtifact.TryParse(release.FormatVersion, release.Payload.Span, limits, out var file, out var problems))
        {
            throw new ArtifactRefusedException(ArtifactProblem.Summary(problems));
        }

        if (release.Name != BotFeaturesConfig.Name)
        {
            throw new ArtifactRefusedException($"the release is named {release.Name}; the bot feature file is {BotFeaturesConfig.Name}");
        }

        // Of the generation that it has in use it knows the number of features itself; a generation between the two may have been skipped, and
        // then what control says of it has to do.
        if (
            before?.Generation == release.Generation - 1
            && !limits.AllowsChange(before.Features.Length, file.Features.Length, file.AnyRowChange)
        )
        {
            var was = before.Features.Length;
            throw new ArtifactRefusedException(
                $"{BotFeatureLimits.ChangeFound(was, file.Features.Length)}; allowed is {BotFeatureLimits.ChangeForm(was)}"
            );
        }

        if (file.Features.Length > RoomOfTheDefect)
        {
            faults?.Meet(FaultPoint.FeatureLoaderDiesAbove200, "");
        }

        return BotFeaturesRuntime.Of(file, release.Generation);
    }
}
