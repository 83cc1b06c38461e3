using System.Collections.Concurrent;
using System.Globalization;
using Holdfast.Model.Releases;

namespace Holdfast.Releases.Intake;

/// <summary>
/// The contents that were refused: they are never tried again by this process (DESIGN, law 5). Those that were refused for what they did
/// when they were run are never tried again by this build: they stand in a file. The others, which may be good when something else has
/// changed, are tried once more by the next process. Bounded; the oldest is forgotten first. Any thread may ask; one at a time changes it.
/// </summary>
/// <param name="file">Where they are kept, or null for nowhere.</param>
internal sealed class RefusedDigests(RefusalFile? file = null)
{
    private const int Capacity = 10_000;

    private readonly ConcurrentDictionary<(ArtifactKind, string, string), string> _reasons = [];
    private readonly ConcurrentDictionary<(ArtifactKind, string, ulong), bool> _beginnings = [];
    private readonly Queue<(ArtifactKind, string, string)> _order = new();

    /// <summary>Reads the file.</summary>
    /// <returns>Null, or why it could not be read.</returns>
    public Store.StoreProblem? Open()
    {
        if (file is null)
        {
            return null;
        }

        var problem = file.Open(out var kept);
        foreach (var refusal in kept)
        {
            Add((refusal.Kind, refusal.Name, refusal.Digest), refusal.Reason);
        }

        return problem;
    }

    /// <summary>Remembers a refused release.</summary>
    /// <param name="release">The release.</param>
    /// <param name="reason">Why.</param>
    /// <param name="forGood">Whether the file gets it too.</param>
    /// <returns>Null, or why the file could not be written.</returns>
    public Store.StoreProblem? Add(Release release, string reason, bool forGood = false)
    {
        // All removals have the same digest, and one that failed is worth another try.
        return !release.Removed && Add(Key(release), reason) && forGood
            ? file?.Append(new KeptRefusal(release.Kind, release.Name, release.Digest, reason))
            : null;
    }

    /// <summary>All of them, with their reasons.</summary>
    public IEnumerable<(ArtifactKind Kind, string Name, string Reason)> All =>
        _reasons.Select(entry => (entry.Key.Item1, entry.Key.Item2, entry.Value));

    /// <summary>Whether a content was refused, by the first eight bytes of its digest.</summary>
    public bool IsRefused(ArtifactKind kind, string name, ulong digest) => _beginnings.ContainsKey((kind, name, digest));

    /// <summary>Why a content was refused, or null.</summary>
    public string? ReasonFor(Release release) => release.Removed ? null : _reasons.GetValueOrDefault(Key(release));

    private bool Add((ArtifactKind, string, string) key, string reason)
    {
        if (!_reasons.TryAdd(key, reason))
        {
            return false;
        }

        _beginnings[Beginning(key)] = true;
        _order.Enqueue(key);
        if (_order.Count > Capacity)
        {
            var oldest = _order.Dequeue();
            _reasons.TryRemove(oldest, out _);
            _beginnings.TryRemove(Beginning(oldest), out _);
        }

        return true;
    }

    private static (ArtifactKind, string, ulong) Beginning((ArtifactKind Kind, string Name, string Digest) key) =>
        (
            key.Kind,
            key.Name,
            key.Digest.Length >= 16
            && ulong.TryParse(key.Digest.AsSpan(0, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var digest)
                ? digest
                : 0
        );

    private static (ArtifactKind, string, string) Key(Release release) => (release.Kind, release.Name, release.Digest);
}
