using System.Text.Json.Nodes;
using Holdfast.Model.Purging;
using Holdfast.Model.Releases;
using Holdfast.Model.Uplink;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Uplink;

namespace Holdfast.Releases.Purging;

/// <summary>
/// An edge's end of the purge log. What comes is verified and put into effect at once, then written to the disk. Whenever purges may have
/// been missed (another log, a log that no longer reaches back to where this edge was, a damaged journal, a key that was not believed in
/// time) everything is purged: too much, and never too little. One thread at a time; <see cref="Position"/> any.
/// </summary>
public sealed class PurgeIntake : IDisposable
{
    private readonly IPurgeConsumer _consumer;
    private readonly PurgeVerifier _verifier;
    private readonly IUplinkSink? _uplink;
    private readonly IReleaseIntakeObserver? _observer;
    private readonly PurgeJournal _journal;
    private volatile PurgePosition _position = PurgePosition.None;
    private PurgePosition _saved = PurgePosition.None;
    private bool _connecting;

    // A purge was refused whose key may be believed later: the position stays before it, so that it comes again.
    private string? _heldFor;
    private long _applied;
    private long _refused;

    /// <summary>An intake that has not begun.</summary>
    /// <param name="path">The journal's file.</param>
    /// <param name="consumer">Puts purges into effect.</param>
    /// <param name="verifier">Says that they are genuine.</param>
    /// <param name="uplink">Where acknowledgements go, or null.</param>
    /// <param name="observer">Who is told, or null.</param>
    public PurgeIntake(
        string path,
        IPurgeConsumer consumer,
        PurgeVerifier verifier,
        IUplinkSink? uplink = null,
        IReleaseIntakeObserver? observer = null
    )
    {
        _consumer = consumer;
        _verifier = verifier;
        _uplink = uplink;
        _observer = observer;
        _journal = new PurgeJournal(path);
    }

    /// <summary>Up to where the purge log is in effect.</summary>
    public PurgePosition Position => _position;

    /// <summary>Purges put into effect since the start.</summary>
    public long Applied => Interlocked.Read(ref _applied);

    /// <summary>Purges refused since the start.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Puts back into effect what lies on the disk. Call it once, before the first visitor.</summary>
    public void Boot()
    {
        var problem = _journal.Open(out var position, out var snapshot);
        if (problem is not null)
        {
            _observer?.StoreProblem(problem);
            _consumer.ApplyToAll();
            return;
        }

        _consumer.Restore(snapshot);
        _saved = _position = position;
    }

    /// <inheritdoc/>
    public void Dispose() => _journal.Dispose();

    /// <summary>Says that the feed is read from <see cref="Position"/>.</summary>
    internal void Connecting() => (_connecting, _heldFor) = (true, null);

    /// <summary>Whether purges were refused whose key is believed now: the feed is to be read again from <see cref="Position"/>.</summary>
    internal bool HasMore => _heldFor is { } key && _verifier.Believes(key);

    /// <summary>Takes what a message of the feed says of purges.</summary>
    internal void Take(FeedMessage message)
    {
        if (message.Purge is { } purge)
        {
            Take(purge);
        }

        if (message.Purged is { } at)
        {
            TakePosition(at);
        }
    }

    private void TakePosition(PurgePosition at)
    {
        // At the beginning of a connection a place that is not ours means that what lies between will not come.
        var missed = at.Log != _position.Log || at.Sequence < _position.Sequence || (_connecting && at.Sequence > _position.Sequence);
        _connecting = false;
        if (missed)
        {
            _heldFor = null;
            _consumer.ApplyToAll();
            if (_position != PurgePosition.None)
            {
                var why =
                    at.Log == _position.Log
                        ? "the purge log no longer has all that was missed"
                        : "control has another purge log than before";
                _observer?.PurgedAll(why);
            }
        }

        if (_heldFor is not null)
        {
            return;
        }

        _position = at;
        if (_position != _saved || _journal.IsBroken)
        {
            Save();
        }
    }

    private void Take(SignedPurge signed)
    {
        if (_verifier.Verify(signed, out var known) is { } reason)
        {
            _heldFor = known ? _heldFor : signed.KeyId;
            Refuse(reason);
        }
        else if (!PurgeCodec.TryDecode(signed.Payload, out var log, out var purge, out var error))
        {
            Refuse(error);
        }
        else if (log != _position.Log)
        {
            Refuse($"it belongs to the log {log}, and {_position.Log} is followed");
        }
        else if (purge.Sequence > _position.Sequence)
        {
            if (_heldFor is not null)
            {
                _heldFor = null;
                _consumer.ApplyToAll();
                _observer?.PurgedAll("purges before one that is believed are signed with a key that is not");
            }

            var number = _consumer.Apply(purge);
            _position = new PurgePosition(log, purge.Sequence);
            Interlocked.Increment(ref _applied);
            _observer?.Purged(purge);
            var values = purge.Kind == PurgeKind.Everything ? [""] : purge.Values;
            Report(_journal.Append(values.Select(value => new PurgeMark(number, purge.ZoneId, purge.Kind, value))));
        }
    }

    private void Save()
    {
        var problem =
            _journal.IsBroken || _journal.IsLong
                ? _journal.Rewrite(_position, _consumer.Snapshot())
                : _journal.SaveState(_position, _consumer.Floor);
        Report(problem);
        if (_position != _saved)
        {
            _saved = _position;
            _uplink?.Add(UplinkRecordTypes.PurgeApplied, new JsonObject { ["log"] = _position.Log, ["sequence"] = _position.Sequence });
        }
    }

    private void Refuse(string reason)
    {
        Interlocked.Increment(ref _refused);
        _observer?.PurgeRefused(reason);
        _uplink?.Add(UplinkRecordTypes.PurgeRefused, new JsonObject { ["reason"] = reason });
    }

    private void Report(Store.StoreProblem? problem)
    {
        if (problem is not null)
        {
            _observer?.StoreProblem(problem);
        }
    }
}
