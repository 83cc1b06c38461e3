using Holdfast.Model.Releases;

namespace Holdfast.Releases.Intake;

/// <summary>
/// The contents that were refused: they are never tried again by this process (DESIGN, law 5). A new process, which may be a new build,
/// tries each once more. Bounded; the oldest is forgotten first.
/// </summary>
internal sealed class RefusedDigests
{
    private const int Capacity = 10_000;

    private readonly Dictionary<(ArtifactKind, string, string), string> _reasons = [];
    private readonly Queue<(ArtifactKind, string, string)> _order = new();

    public void Add(Release release, string reason)
    {
        // All removals have the same digest, and one that failed is worth another try.
        if (release.Removed || !_reasons.TryAdd(Key(release), reason))
        {
            return;
        }

        _order.Enqueue(Key(release));
        if (_order.Count > Capacity)
        {
            _reasons.Remove(_order.Dequeue());
        }
    }

    public string? ReasonFor(Release release) => release.Removed ? null : _reasons.GetValueOrDefault(Key(release));

    private static (ArtifactKind, string, string) Key(Release release) => (release.Kind, release.Name, release.Digest);
}
