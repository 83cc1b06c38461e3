using Holdfast.Control.Releases.Rollouts;
using Holdfast.Control.Storage;
using Holdfast.Model.Releases;
using Holdfast.Releases.Rollout.Waves;

namespace Holdfast.Control.Tests.Releases;

/// <summary>
/// Control dies at any two points of a rollout: before a step is written down, after it, or when an edge's word is written and not yet looked
/// at. That each of these writes is whole or not there is KilledWritesTests'. Whatever the points, no edge gets the release before its
/// wave has soaked, it is opened and taken back once, and it ends as it does without a death.
/// </summary>
public sealed class RolloutCrashTests
{
    [Theory]
    [InlineData(0, WavePhase.Good, 12)]
    [InlineData(1, WavePhase.Failed, 1)]
    [InlineData(3, WavePhase.Failed, 6)]
    public void Rollout_WhoseControlDiesAtAnyTwoPoints_EndsAsWithout(int failingWave, WavePhase end, int edges)
    {
        var undisturbed = new Way(failingWave, -1, -1);
        undisturbed.Run();
        Assert.Equal((end, edges), (undisturbed.End, undisturbed.Edges));
        for (var first = 0; first < undisturbed.Points; first++)
        {
            // After the first death the way may have more points than without.
            for (var second = first + 1; second < undisturbed.Points + 6; second++)
            {
                var way = new Way(failingWave, first, second);
                way.Run();
                Assert.True((way.End, way.Edges) == (end, edges), $"deaths at {first} and {second}: {way.End}, {way.Edges} edges");
            }
        }
    }

    // One rollout to its end: what is on the disk, what control has in memory, and twelve edges.
    private sealed class Way
    {
        private const string Digest = "a digest that the order of the edges is drawn from";
        private static readonly DateTimeOffset Start = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);
        private static readonly WavePolicy Policy = WavePolicy.Of(ArtifactKind.List)!;

        private readonly int _failingWave;
        private readonly int _first;
        private readonly int _second;
        private readonly List<WaveEdge> _fleet =
        [
            .. Enumerable.Range(1, 12).Select(number => new WaveEdge($"edge-{number}", IsAlive: true, IsExpected: true)),
        ];
        private readonly Dictionary<string, ReleaseEdgeRow> _words = [];
        private RolloutRow _disk = Copy(null);
        private RunningRollout _memory;
        private DateTimeOffset _now = Start;
        private DateTimeOffset? _fullSince;
        private int _opened;

        public Way(int failingWave, int first, int second)
        {
            (_failingWave, _first, _second) = (failingWave, first, second);
            _memory = Loaded();
        }

        public int Points { get; private set; }

        public WavePhase End => (WavePhase)_disk.Phase;

        public int Edges => _words.Count;

        public void Run()
        {
            for (var turn = 0; turn < 1_000 && End < WavePhase.Good; turn++)
            {
                var before = _memory.Waves.Progress;
                var step = _memory.Waves.Advance(_fleet, _now);
                if ((step != WaveStep.None || _memory.Waves.Progress != before) && !Dies())
                {
                    Write(step);
                    _ = Dies();
                }

                Answer();
                _now += TimeSpan.FromSeconds(5);
            }
        }

        // What a control does that starts on what is on the disk.
        private bool Dies()
        {
            var point = Points++;
            if (point != _first && point != _second)
            {
                return false;
            }

            _memory = Loaded();
            return true;
        }

        private RunningRollout Loaded() => new(Copy(_disk), [.. _words.Values], _now);

        // As RolloutStore does in one transaction.
        private void Write(WaveStep step)
        {
            var row = Copy(_disk);
            _memory.WriteTo(row);
            if (row.Wave > _disk.Wave && _disk.Wave > 0)
            {
                Assert.True(_now - _fullSince >= Policy.Soak, $"wave {row.Wave} at {_now - Start}, full since {_fullSince - Start}");
            }

            foreach (var edge in step.Offered)
            {
                Assert.True(_words.TryAdd(edge, Word(edge, row.Wave)), $"{edge} is offered it twice");
                _fullSince = null;
            }

            Assert.InRange(_words.Count, 0, Policy.Sizes(_fleet.Count)[Math.Max(1, row.Wave) - 1]);
            _opened += row.IsOpen && !_disk.IsOpen ? 1 : 0;
            Assert.InRange(_opened, 0, 1);
            _disk = row;
            _memory.Row = row;
        }

        // Edges say what they have to; the uplink writes it down before anybody looks at it.
        private void Answer()
        {
            foreach (var word in _words.Values.Where(word => word.Standing == 0).ToList())
            {
                var standing = word.Wave == _failingWave ? EdgeStanding.Reverted : EdgeStanding.Live;
                (word.Standing, word.Reason) = ((int)standing, standing.IsFailure() ? "5xx" : null);
                if (_words.Values.All(other => ((EdgeStanding)other.Standing).IsFull()))
                {
                    _fullSince = _now;
                }

                if (!Dies())
                {
                    _memory.Note(new EdgeReport(ArtifactKind.List, "list", 7, word.Node, standing, 100, word.Reason, null, _now));
                }
            }
        }

        private static ReleaseEdgeRow Word(string edge, int wave) =>
            new()
            {
                Kind = (int)ArtifactKind.List,
                Name = "list",
                ReleaseGeneration = 7,
                Node = edge,
                Wave = wave,
            };

        private static RolloutRow Copy(RolloutRow? row) =>
            new()
            {
                Kind = (int)ArtifactKind.List,
                Name = "list",
                Digest = Digest,
                ReleaseGeneration = 7,
                BeforeGeneration = 6,
                Phase = row?.Phase ?? (int)WavePhase.Waiting,
                Wave = row?.Wave ?? 0,
                WaveAt = row?.WaveAt,
                FullAt = row?.FullAt,
                IsOpen = row?.IsOpen ?? false,
                IsPaused = row?.IsPaused ?? false,
                Version = row?.Version ?? 1,
            };
    }
}
