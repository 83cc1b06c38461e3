namespace Holdfast.Releases.Intake;

/// <summary>
/// How far a feed was dealt with when not all of it is dealt with in its order: releases that were put aside, or wait for a taster, hold
/// the position before them, so that they come again after a restart or a lost connection. One thread at a time.
/// </summary>
internal sealed class FeedProgress
{
    private readonly SortedSet<long> _open = [];
    private long _newest;
    private long? _waiting;

    /// <summary>The newest position that was seen.</summary>
    public long Newest => _newest;

    /// <summary>Up to where everything is dealt with.</summary>
    public long Settled => Math.Min(_newest, Math.Min(_open.Count > 0 ? _open.Min - 1 : long.MaxValue, _waiting - 1 ?? long.MaxValue));

    /// <summary>Whether releases wait: the feed is to be read again from <see cref="Settled"/>.</summary>
    public bool HasWaiting => _waiting is not null;

    /// <summary>Says that the feed is read from here; what waited comes again. What is open stays so.</summary>
    public void ReadFrom(long position) => (_newest, _waiting) = (position, null);

    /// <summary>Says that the feed's positions mean something else from now on.</summary>
    public void Forget()
    {
        _open.Clear();
        ReadFrom(0);
    }

    /// <summary>A message has come.</summary>
    public void See(long position) => _newest = Math.Max(_newest, position);

    /// <summary>What stands at a position is put aside.</summary>
    public void Open(long position) => _open.Add(position);

    /// <summary>It is dealt with.</summary>
    public void Close(long position) => _open.Remove(position);

    /// <summary>What stands at a position is to come again.</summary>
    public void Wait(long position)
    {
        _open.Remove(position);
        _waiting = Math.Min(_waiting ?? long.MaxValue, position);
    }
}
