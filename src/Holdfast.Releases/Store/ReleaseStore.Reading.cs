using Holdfast.Model.Releases;
using Holdfast.Releases.Wire;

namespace Holdfast.Releases.Store;

// How a release is read, by whichever thread needs it, while another appends.
public sealed partial class ReleaseStore
{
    /// <summary>The generations of an artifact, newest first, each read when it is asked for. Any thread.</summary>
    public IEnumerable<StoredRelease> Generations(int artifact)
    {
        var location = LocationOf(artifact);
        var previous = _index[artifact].Previous;
        for (var generation = 0; generation < KeptGenerations && location != SegmentLocation.None; generation++)
        {
            var stored = Read(artifact, location, ref previous);
            if (stored.Problem is not null && LocationOf(artifact) != location && generation == 0)
            {
                // It was replaced, or copied elsewhere, while it was read.
                location = LocationOf(artifact);
                previous = _index[artifact].Previous;
                generation--;
                continue;
            }

            yield return stored;
            location = previous;
            previous = SegmentLocation.None;
        }
    }

    /// <param name="artifact">The artifact.</param>
    /// <param name="location">Where to read.</param>
    /// <param name="previous">Where the generation before lies, as far as it is known without this record; then as this record says.</param>
    private StoredRelease Read(int artifact, long location, ref long previous)
    {
        if (location == SegmentLocation.InMemory)
        {
            return _unsaved.TryGetValue(artifact, out var unsaved)
                ? new StoredRelease(unsaved, null)
                : new StoredRelease(null, new StoreProblem(_root, "it was written at this moment"));
        }

        var offset = SegmentLocation.Offset(location);
        if (_log.Find(SegmentLocation.Segment(location)) is not { } segment)
        {
            return new StoredRelease(
                null,
                new StoreProblem(Segment.PathOf(_root, SegmentLocation.Segment(location)), "it is missing, or could not be opened")
            );
        }

        string? problem;
        Release? release = null;
        try
        {
            if (!segment.TryReadHead(offset, out var head))
            {
                problem = "there is no whole record";
            }
            else
            {
                previous = head.Previous;
                var body = new byte[head.BodyBytes];
                problem =
                    segment.Read(offset + SegmentRecord.HeadBytes, body) != body.Length ? "the record is cut off"
                    : SegmentRecord.Checksum(body) != head.BodyChecksum ? "the record's checksum does not match: it is damaged"
                    : head.Id != _index[artifact].Id || head.Kind != _index[artifact].Kind ? "the record is another artifact's"
                    : ReleaseCodec.TryDecode(body, out release, out var error) ? ProblemOf(release, head)
                    : error;
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            problem = $"it cannot be read: {e.Message}";
        }

        return problem is null
            ? new StoredRelease(release, null)
            : new StoredRelease(null, new StoreProblem(segment.FilePath, $"at offset {offset}, {NameForMessages(artifact)}: {problem}"));
    }

    private string? ProblemOf(Release release, SegmentRecord head) =>
        release.Kind != head.Kind || release.Generation != head.Generation || ArtifactIndex.IdOf(release.Name) != head.Id
            ? $"it holds generation {release.Generation} of {ArtifactKindNames.Of(release.Kind)} {release.Name}"
            : _verifier.Verify(release);

    private string NameForMessages(int artifact) =>
        $"{ArtifactKindNames.Of(_index[artifact].Kind)} {_names.GetValueOrDefault(artifact) ?? ArtifactIndex.DigitsOf(_index[artifact].Id)}";
}
