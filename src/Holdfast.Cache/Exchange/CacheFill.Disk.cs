using Holdfast.Cache.Decisions;
using Holdfast.Cache.Disk;

namespace Holdfast.Cache.Exchange;

/// <content>Bodies that are too large for memory.</content>
public sealed partial class CacheFill
{
    private LargeFile? _large;

    /// <summary>Says from the beginning that it is too large to be stored, and has it go over the disk to everybody who comes meanwhile.</summary>
    /// <returns>Whether there is room for it there.</returns>
    internal bool TryGoToDisk()
    {
        (Reason, IsLarge) = (NoCacheReason.TooLarge, true);
        return _body.TryGoToDisk(_expected);
    }

    /// <summary>Says from the beginning that it is too large for memory, and has the disk keep it.</summary>
    /// <returns>Whether the disk does.</returns>
    internal bool TryKeepOnDisk()
    {
        if (_store.Disk?.TryBegin(Response, _expected, _store.Fills.Spill) is not { } large)
        {
            return false;
        }

        (_large, IsLarge) = (large, true);
        _body.KeepIn(large);
        return true;
    }

    /// <summary>
    /// Has the disk keep a large body that is whole, before <see cref="Complete"/>: whoever has had its last byte and asks again finds it there.
    /// Without effect on any other.
    /// </summary>
    public async ValueTask KeepAsync()
    {
        var isWhole = _expected < 0 || _body.Length == _expected;
        if (_large is not { } large || Reason != NoCacheReason.None || _isEnded || !isWhole)
        {
            return;
        }

        if (!await _body.FinishAsync().ConfigureAwait(false))
        {
            // The disk has refused some of it.
            Reason = NoCacheReason.TooLarge;
        }
        else if (Shared is { IsForgotten: true })
        {
            Reason = NoCacheReason.Invalidated;
        }
        else if (!large.TryTake(_body.Length) || !await _store.AddAsync(Response, large).ConfigureAwait(false))
        {
            Reason = NoCacheReason.Purged;
        }
        else
        {
            _isStored = true;
            if (Shared is { IsForgotten: true })
            {
                // Looked at once more: it may have been invalidated between the first look and its being there.
                Reason = NoCacheReason.Invalidated;
                _store.Remove(Response);
            }
        }
    }

    // What has come of a body of unknown length is too much for memory from here on, and the disk may keep it.
    private bool TryGoOnOnDisk(int bytes)
    {
        if (_expected >= 0 || _store.Disk?.TryBegin(Response, _body.Length + bytes, _store.Fills.Spill) is not { } large)
        {
            return false;
        }

        (_large, IsLarge) = (large, true);
        _store.Fills.LetGo(_held);
        _held = 0;
        _body.KeepIn(large);
        return true;
    }
}
