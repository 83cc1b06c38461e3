using Holdfast.Cache.Disk;
using Holdfast.Cache.Fields;
using Holdfast.Cache.Storage;

namespace Holdfast.Cache.Exchange;

/// <content>What lies on the disk, and must be read before anything can be said of it.</content>
public sealed partial class CacheExchange
{
    // What goes from the disk while it is read is looked for again, and not for ever.
    private const int MostReads = 4;

    private StoredResponse? _read;
    private DiskBody? _held;
    private int _reads;
    private bool _isSought;

    /// <summary>Whether the answer had to be read from the disk.</summary>
    public bool IsFromDisk => State == CacheState.Serving && Stored is not null && Stored == _read;

    /// <summary>Reads what the disk has for the request: the response, or of a large one that memory has the head of, whether its body is there.</summary>
    /// <param name="now">Milliseconds since 1970.</param>
    public async ValueTask ReadAsync(long now)
    {
        _reads++;
        if (Stored is { } stored)
        {
            Stored = null;
            var isHeld = Hold(stored);
            if (isHeld && await IsReadableAsync(stored, now).ConfigureAwait(false))
            {
                _read = stored;
            }
            else
            {
                store.Forget(stored, isDamaged: isHeld);
                EndHolding();
            }

            return;
        }

        _isSought = true;
        if (await store.Disk!.FindAsync(_key.Written.ToArray(), _visitor, _scratch).ConfigureAwait(false) is { } found)
        {
            _read = store.Promote(found);
        }
    }

    /// <summary>Goes on with the request after <see cref="ReadAsync"/>.</summary>
    /// <param name="fields">Its fields, as the visitor sent them.</param>
    /// <param name="now">Milliseconds since 1970.</param>
    public RequestStep Resume<T>(T fields, long now)
        where T : IFields => Select(fields, now);

    // What was read, when memory has had no room for it.
    private StoredResponse? Kept() => _read is not null && !store.Purges.Removes(_read) ? _read : null;

    private bool MustRead()
    {
        if (Stored is null)
        {
            return !_isSought && store.Disk is { } disk && disk.MayHave(_key.Written);
        }

        if (Stored.OnDisk is null || Stored.OnDisk == _held)
        {
            return false;
        }

        Stored = _reads < MostReads ? Stored : null;
        return Stored is not null;
    }

    // The chunk that the answer begins with, so that a disk that has lost it is noticed before anything is promised.
    private async ValueTask<bool> IsReadableAsync(StoredResponse stored, long now)
    {
        var answer = VisitorAnswer.Of(_request, _visitor, stored, now);
        var start = answer.Several is { } several ? several.Ranges[0].Start : answer.Start;
        return answer.Length == 0 || await stored.OnDisk!.CheckAsync(start).ConfigureAwait(false);
    }

    // Sees to it that a body on the disk can be read until the request ends; one in memory always can.
    private bool Hold(StoredResponse stored)
    {
        if (stored.OnDisk is not { } body || body == _held)
        {
            return true;
        }

        if (!body.TryBeginReading())
        {
            return false;
        }

        EndHolding();
        _held = body;
        return true;
    }

    private void EndHolding()
    {
        _held?.EndReading();
        _held = null;
    }

    private void ClearRead()
    {
        EndHolding();
        _read = null;
        _reads = 0;
        _isSought = false;
    }
}
