using System.Globalization;
using System.Text;
using Holdfast.Model.Releases;
using Holdfast.Releases.Signing;
using Holdfast.Releases.Wire;

namespace Holdfast.Releases.Store;

/// <summary>
/// The store's layout before segments, a file for each generation: <c>KIND/NAME/GENERATION.release</c> and <c>position</c>. It is read
/// once, copied into segments, and deleted.
/// </summary>
internal sealed class LegacyReleases(string root, ReleaseVerifier verifier)
{
    private const string ReleaseMagic = "holdfast-release 1";
    private const string PositionMagic = "holdfast-position 1";
    private const string Suffix = ".release";

    private string PositionPath => Path.Combine(root, "position");

    /// <summary>Whether there is anything of it.</summary>
    public bool Exists => Kinds().Any(kind => Directory.Exists(kind.Path));

    /// <summary>Every usable release; of each artifact the generations in ascending order.</summary>
    /// <param name="problems">Gets what cannot be used.</param>
    public IEnumerable<Release> Read(List<StoreProblem> problems)
    {
        foreach (var (kind, path) in Kinds())
        {
            foreach (var directory in List(path, problems, Directory.GetDirectories))
            {
                foreach (var (generation, file) in Generations(List(directory, problems, Directory.GetFiles)))
                {
                    if (ReadOne(kind, Path.GetFileName(directory), generation, file, problems) is { } release)
                    {
                        yield return release;
                    }
                }
            }
        }
    }

    /// <summary>How far the feed was dealt with; 0 when that is unknown.</summary>
    public long Position(List<StoreProblem> problems)
    {
        if (!File.Exists(PositionPath))
        {
            return 0;
        }

        var bytes = ChecksummedFile.Read(PositionPath, PositionMagic, 32, out var problem);
        if (
            problem is null
            && long.TryParse(Encoding.ASCII.GetString(bytes), NumberStyles.None, CultureInfo.InvariantCulture, out var position)
        )
        {
            return position;
        }

        problems.Add(new StoreProblem(PositionPath, problem ?? "it does not hold a number"));
        return 0;
    }

    /// <summary>Deletes it; what cannot be deleted is read, found to be known, and deleted at the next start.</summary>
    public void Delete()
    {
        AtomicFile.TryDelete(PositionPath);
        foreach (var (_, path) in Kinds())
        {
            try
            {
                if (Directory.Exists(path))
                {
                    Directory.Delete(path, recursive: true);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The next start tries again.
            }
        }
    }

    private IEnumerable<(ArtifactKind Kind, string Path)> Kinds() =>
        Enum.GetValues<ArtifactKind>().Select(kind => (kind, Path.Combine(root, ArtifactKindNames.Of(kind))));

    private Release? ReadOne(ArtifactKind kind, string name, long generation, string file, List<StoreProblem> problems)
    {
        var bytes = ChecksummedFile.Read(file, ReleaseMagic, ReleaseCodec.MaxEncodedBytes, out var problem);
        Release? release = null;
        if (problem is null && ReleaseCodec.TryDecode(bytes, out release, out problem))
        {
            problem =
                release.Kind != kind || release.Name != name || release.Generation != generation
                    ? $"it holds generation {release.Generation} of {ArtifactKindNames.Of(release.Kind)} {release.Name}"
                    : verifier.Verify(release);
        }

        if (problem is null)
        {
            return release;
        }

        problems.Add(new StoreProblem(file, problem));
        return null;
    }

    private static IEnumerable<(long Generation, string Path)> Generations(IEnumerable<string> files) =>
        files
            .Where(path => path.EndsWith(Suffix, StringComparison.Ordinal))
            .Select(path =>
            {
                var name = Path.GetFileNameWithoutExtension(path);
                return (
                    long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var generation) ? generation : 0,
                    Path: path
                );
            })
            .Where(file => file.Item1 > 0)
            .OrderBy(file => file.Item1);

    private static IEnumerable<string> List(string directory, List<StoreProblem> problems, Func<string, string[]> list)
    {
        try
        {
            return Directory.Exists(directory) ? list(directory).Order(StringComparer.Ordinal) : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(new StoreProblem(directory, $"it cannot be listed: {e.Message}"));
            return [];
        }
    }
}
