using Holdfast.Edge.Releases.Tasting;
using Holdfast.Model.Releases;
using Holdfast.Releases.Wire;

namespace Holdfast.Edge.Rehearsing;

/// <summary>Puts a script together from the frames that an edge sends.</summary>
internal sealed class ScriptReader
{
    private readonly List<Release> _beside = [];
    private readonly List<byte[]> _samples = [];
    private Release? _live;
    private Release? _proposed;

    /// <summary>The script, once its last frame has come.</summary>
    public RehearsalScript? Whole { get; private set; }

    /// <summary>Takes a frame; false for one that is of no script.</summary>
    /// <exception cref="InvalidDataException">It holds no release, or ends a script in which nothing is proposed: the edge speaks no sense.</exception>
    public bool Takes(TasterFrame frame)
    {
        switch (frame.Type)
        {
            case TasterFrameType.Beside:
                _beside.Add(ReleaseOf(frame));
                return true;

            case TasterFrameType.Live:
                _live = ReleaseOf(frame);
                return true;

            case TasterFrameType.Proposed:
                _proposed = ReleaseOf(frame);
                return true;

            case TasterFrameType.Sample:
                _samples.Add(frame.Content.ToArray());
                return true;

            case TasterFrameType.Rehearse:
                var (id, note) = RehearsalScript.ReadClosing(frame.Content.Span);
                Whole = new RehearsalScript
                {
                    Id = id,
                    Note = note,
                    Live = _live,
                    Proposed = _proposed ?? throw new InvalidDataException("a rehearsal in which nothing is proposed"),
                    Beside = _beside,
                    Samples = _samples,
                };
                return true;

            default:
                return false;
        }
    }

    private static Release ReleaseOf(TasterFrame frame) =>
        ReleaseCodec.TryDecode(frame.Content.Span, out var release, out var error) ? release : throw new InvalidDataException(error);
}
