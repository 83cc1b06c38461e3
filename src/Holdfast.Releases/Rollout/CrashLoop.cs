using System.Globalization;
using System.Text;
using Holdfast.Releases.Store;

namespace Holdfast.Releases.Rollout;

/// <summary>
/// Counts, for each release that has not passed its bake, how often in a row the edge's process came to a bad end while it lay on the disk.
/// After two of them the next start goes back to what was last known good: whether the process died as it loaded the release or minutes later.
/// One thread at a time.
/// </summary>
/// <param name="path">
/// The file that says which process runs: it is there while one does, and what is left of it says that one came to a bad end. Null for
/// nowhere, which never goes back.
/// </param>
public sealed class CrashLoop(string? path)
{
    /// <summary>Bad ends in a row with one release that are enough.</summary>
    public const int Enough = 2;

    private bool _isCounting;

    /// <summary>The process starts.</summary>
    /// <param name="unproven">What it would take into use that has not passed its bake, each by kind, name and generation in one word.</param>
    /// <param name="problem">Why the count could not be read or written, or null.</param>
    public CrashStart Begin(IReadOnlyCollection<string> unproven, out StoreProblem? problem)
    {
        problem = null;
        if (path is null)
        {
            return CrashStart.Ordinary;
        }

        try
        {
            var before = File.Exists(path) ? Read(path) : null;
            var counts = Count(before, unproven);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            AtomicFile.Write(
                path,
                stream => stream.Write(Encoding.UTF8.GetBytes(string.Concat(counts.Select(static count => $"{count.Value} {count.Key}\n"))))
            );
            _isCounting = true;
            return new CrashStart(
                before is not null,
                counts.Where(static count => count.Value >= Enough).Select(static count => count.Key)
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = new StoreProblem(path, $"bad ends are not counted: {e.Message}");
            return CrashStart.Ordinary;
        }
    }

    /// <summary>The process ends in good order, or hands over to another.</summary>
    public void Settle()
    {
        if (!_isCounting)
        {
            return;
        }

        _isCounting = false;
        AtomicFile.TryDelete(path!);
    }

    /// <summary>How often the process has come to a bad end in a row with each release.</summary>
    /// <param name="before">The counts of the process before; null when that did not come to a bad end.</param>
    /// <param name="unproven">What has not passed its bake.</param>
    public static IReadOnlyDictionary<string, int> Count(IReadOnlyDictionary<string, int>? before, IEnumerable<string> unproven) =>
        unproven.ToDictionary(
            static release => release,
            release => before is null ? 0 : before.GetValueOrDefault(release) + 1,
            StringComparer.Ordinal
        );

    // A line that makes no sense counts as none: its release has come to one bad end, this one.
    private static Dictionary<string, int> Read(string path)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines(path))
        {
            var blank = line.IndexOf(' ', StringComparison.Ordinal);
            if (
                blank is > 0 and <= 4
                && int.TryParse(line.AsSpan(0, blank), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            )
            {
                counts[line[(blank + 1)..]] = count;
            }
        }

        return counts;
    }
}

/// <summary>What a start is to know of the processes before it.</summary>
/// <param name="AfterBadEnd">Whether the one before came to a bad end.</param>
/// <param name="GoesBack">The releases that processes have come to a bad end with too often.</param>
public sealed record CrashStart(bool AfterBadEnd, IEnumerable<string> GoesBack)
{
    /// <summary>Nothing is known.</summary>
    public static CrashStart Ordinary { get; } = new(false, []);
}
