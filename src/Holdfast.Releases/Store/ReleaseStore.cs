using System.Globalization;
using System.Text;
using Holdfast.Model.Releases;
using Holdfast.Releases.Signing;
using Holdfast.Releases.Wire;

namespace Holdfast.Releases.Store;

/// <summary>
/// The releases that an edge has accepted, on its own disk: <c>KIND/NAME/GENERATION.release</c>, three generations of each artifact.
/// It starts an edge without control. Damaged and forged files are reported and passed over; a disk that is full, read-only or missing
/// costs durability and nothing else. One thread uses it at a time.
/// </summary>
public sealed class ReleaseStore
{
    /// <summary>Generations kept of each artifact.</summary>
    public const int KeptGenerations = 3;

    private const string ReleaseMagic = "holdfast-release 1";
    private const string PositionMagic = "holdfast-position 1";
    private const string Suffix = ".release";

    private readonly string _root;
    private readonly ReleaseVerifier _verifier;
    private readonly Dictionary<(ArtifactKind, string), Release> _unsaved = [];
    private long _savedPosition;

    /// <summary>The store in this directory, which is made when the first release is kept.</summary>
    public ReleaseStore(string directory, ReleaseVerifier verifier)
    {
        _root = Path.GetFullPath(directory);
        _verifier = verifier;
    }

    /// <summary>Writes that failed since the start.</summary>
    public long FailedWrites { get; private set; }

    /// <summary>Accepted releases that are in memory only, because they could not be written yet.</summary>
    public int Unsaved => _unsaved.Count;

    /// <summary>Reads everything. Never throws for what is on the disk.</summary>
    public StoreContents Load()
    {
        var problems = new List<StoreProblem>();
        var artifacts = new List<StoredArtifact>();
        foreach (var kind in Enum.GetValues<ArtifactKind>())
        {
            foreach (var directory in Directories(Path.Combine(_root, ArtifactKindNames.Of(kind)), problems))
            {
                var name = Path.GetFileName(directory);
                if (Newest(kind, name, long.MaxValue, problems) is { } release)
                {
                    artifacts.Add(new StoredArtifact(release));
                }
            }
        }

        var position = ReadPosition(problems);
        _savedPosition = position;

        // A damaged newest release may be one that the position already covers: only the whole feed brings it back.
        return new StoreContents(artifacts, problems.Count == 0 ? position : 0, problems);
    }

    /// <summary>The release that was kept before a generation, for when that one turns out to be unusable.</summary>
    /// <returns>The newest genuine release below it, or null.</returns>
    public Release? Before(ArtifactKind kind, string name, long generation, out IReadOnlyList<StoreProblem> problems)
    {
        var found = new List<StoreProblem>();
        var release = Newest(kind, name, generation, found);
        problems = found;
        return release;
    }

    /// <summary>
    /// Keeps a release and drops what is more than three generations old; a removal drops everything before it. What cannot be written
    /// is remembered and tried again by <see cref="SavePosition"/>.
    /// </summary>
    /// <returns>What went wrong, or null.</returns>
    public StoreProblem? Keep(Release release)
    {
        _unsaved[(release.Kind, release.Name)] = release;
        return Write(release);
    }

    /// <summary>Remembers how far the feed was dealt with, unless accepted releases are still unsaved: after a restart they must come again.</summary>
    /// <returns>What went wrong, or null.</returns>
    public StoreProblem? SavePosition(long position)
    {
        if (_unsaved.Count > 0 && Flush() is { } unsaved)
        {
            return unsaved;
        }

        if (position == _savedPosition)
        {
            return null;
        }

        var path = PositionPath;
        var problem = Guarded(
            path,
            () =>
            {
                CreateDirectory(_root);
                ChecksummedFile.Write(path, PositionMagic, Encoding.ASCII.GetBytes(position.ToString(CultureInfo.InvariantCulture)));
            }
        );
        _savedPosition = problem is null ? position : _savedPosition;
        return problem;
    }

    private string PositionPath => Path.Combine(_root, "position");

    /// <summary>Writes what is unsaved, up to the first failure: a full disk is not asked again for every release.</summary>
    private StoreProblem? Flush()
    {
        foreach (var release in _unsaved.Values.ToArray())
        {
            if (Write(release) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    private StoreProblem? Write(Release release)
    {
        var directory = Path.Combine(_root, ArtifactKindNames.Of(release.Kind), release.Name);
        var path = Path.Combine(directory, release.Generation.ToString(CultureInfo.InvariantCulture) + Suffix);
        var problem = Guarded(
            path,
            () =>
            {
                CreateDirectory(directory);
                ChecksummedFile.Write(path, ReleaseMagic, ReleaseCodec.Encode(release));
                Prune(directory, release);
            }
        );
        if (problem is null)
        {
            _unsaved.Remove((release.Kind, release.Name));
        }

        return problem;
    }

    private StoreProblem? Guarded(string path, Action write)
    {
        try
        {
            write();
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            FailedWrites++;
            return new StoreProblem(path, $"it cannot be written: {e.Message}");
        }
    }

    private static void CreateDirectory(string path) =>
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    /// <summary>What cannot be deleted now is looked at again when the next release is kept.</summary>
    private static void Prune(string directory, Release kept)
    {
        var keep = kept.Removed ? 1 : KeptGenerations;
        var old = Generations(directory).Where(file => file.Generation <= kept.Generation).Skip(keep).Select(file => file.Path);
        foreach (var path in old.Concat(Directory.GetFiles(directory, "*" + AtomicFile.TemporarySuffix)))
        {
            AtomicFile.TryDelete(path);
        }
    }

    private Release? Newest(ArtifactKind kind, string name, long below, List<StoreProblem> problems)
    {
        var directory = Path.Combine(_root, ArtifactKindNames.Of(kind), name);
        List<(long Generation, string Path)> files;
        try
        {
            files = [.. Generations(directory)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(new StoreProblem(directory, $"it cannot be listed: {e.Message}"));
            return null;
        }

        foreach (var (generation, path) in files.Where(file => file.Generation < below))
        {
            var bytes = ChecksummedFile.Read(path, ReleaseMagic, ReleaseCodec.MaxEncodedBytes, out var problem);
            Release? release = null;
            if (problem is null && ReleaseCodec.TryDecode(bytes, out release, out problem))
            {
                problem =
                    release.Kind != kind || release.Name != name || release.Generation != generation
                        ? $"it holds generation {release.Generation} of {ArtifactKindNames.Of(release.Kind)} {release.Name}"
                        : _verifier.Verify(release);
            }

            if (problem is null)
            {
                return release;
            }

            problems.Add(new StoreProblem(path, problem));
        }

        return null;
    }

    private static IEnumerable<(long Generation, string Path)> Generations(string directory)
    {
        var files = Directory.Exists(directory) ? Directory.GetFiles(directory, "*" + Suffix) : [];
        return files
            .Select(path =>
                (
                    Generation: long.TryParse(
                        Path.GetFileNameWithoutExtension(path),
                        NumberStyles.None,
                        CultureInfo.InvariantCulture,
                        out var generation
                    )
                        ? generation
                        : 0,
                    Path: path
                )
            )
            .Where(file => file.Generation > 0)
            .OrderByDescending(file => file.Generation);
    }

    private static string[] Directories(string directory, List<StoreProblem> problems)
    {
        try
        {
            return Directory.Exists(directory) ? [.. Directory.GetDirectories(directory).Order(StringComparer.Ordinal)] : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(new StoreProblem(directory, $"it cannot be listed: {e.Message}"));
            return [];
        }
    }

    private long ReadPosition(List<StoreProblem> problems)
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
}
