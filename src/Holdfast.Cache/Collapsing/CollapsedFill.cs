using Holdfast.Cache.Exchange;
using Holdfast.Cache.Storage;

namespace Holdfast.Cache.Collapsing;

/// <summary>What became of a request to the origin that others wait for.</summary>
public enum FillOutcome : byte
{
    /// <summary>The origin has not answered yet.</summary>
    Pending,

    /// <summary>It has sent a response that is being stored: those who wait read it as it arrives.</summary>
    Streaming,

    /// <summary>It has confirmed what is stored: those who wait get that.</summary>
    Confirmed,

    /// <summary>What it sent is for one request only: those who wait ask for themselves, all at once.</summary>
    LetGo,

    /// <summary>It cannot be reached, or gave no answer.</summary>
    Failed,

    /// <summary>Whoever asked has left, or did not need to ask: those who wait begin again.</summary>
    Left,
}

/// <summary>
/// One request to the origin that others for the same key may wait for (RFC 9111 section 4: collapsed requests). Made by
/// <see cref="FillTable"/>, whose lock guards what changes.
/// </summary>
public sealed class CollapsedFill
{
    private readonly TaskCompletionSource _decided = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly FillTable _table;
    private int _outcome;

    internal CollapsedFill(FillTable table, ReadOnlySpan<byte> key, ulong slot, ReadOnlySpan<byte> expected, long began)
    {
        Began = began;
        _table = table;
        Key = key.ToArray();
        Slot = slot;
        Expected = expected.ToArray();
    }

    /// <summary>Ends when the origin's answer is known, as far as those who wait are concerned.</summary>
    public Task Decided => _decided.Task;

    /// <summary>What became of it.</summary>
    public FillOutcome Outcome => (FillOutcome)Volatile.Read(ref _outcome);

    /// <summary>What answers those who wait: with <see cref="FillOutcome.Streaming"/> its head alone.</summary>
    public StoredResponse? Response { get; private set; }

    /// <summary>Where they read the body, with <see cref="FillOutcome.Streaming"/>.</summary>
    public CacheFill? Fill { get; private set; }

    /// <summary>CF-Cache-Status of their answers.</summary>
    public CfCacheStatus Status { get; private set; }

    /// <summary>The origin's status; 0 without an answer.</summary>
    public int ForwardStatus { get; private set; }

    /// <summary>With <see cref="FillOutcome.Failed"/>: what went wrong, as a number of the caller's.</summary>
    public int Failure { get; private set; }

    internal byte[] Key { get; }

    internal ulong Slot { get; }

    // What the clock of purges showed when it began.
    internal long Began { get; }

    // What its response will select, as far as that can be foreseen.
    internal byte[] Expected { get; }

    internal ReadOnlySpan<byte> Selecting => Response is { } response ? response.Selecting : Expected;

    internal int Waiting { get; set; }

    // Whether an upper cache may be asked, which may ask this one for the same.
    internal bool AsksUpper { get; set; }

    internal bool IsListed { get; set; } = true;

    /// <summary>Whether its key was invalidated since it began: what it brings is not stored.</summary>
    internal volatile bool IsForgotten;

    /// <summary>
    /// Gives it up, because its visitor has left; unless others wait for it and nobody has told them anything yet.
    /// </summary>
    /// <returns>Whether it is given up, or nobody needs it any more.</returns>
    public bool TryAbandon() => _table.TryAbandon(this);

    internal void Stream(CacheFill fill, CfCacheStatus status, int forwardStatus) =>
        _table.Decide(this, FillOutcome.Streaming, fill.Response, fill, status, forwardStatus, 0);

    internal void Confirm(StoredResponse response, CfCacheStatus status, int forwardStatus) =>
        _table.Decide(this, FillOutcome.Confirmed, response, null, status, forwardStatus, 0);

    internal void LetGo(int forwardStatus) => _table.Decide(this, FillOutcome.LetGo, null, null, CfCacheStatus.Dynamic, forwardStatus, 0);

    internal void Fail(int failure) => _table.Decide(this, FillOutcome.Failed, null, null, CfCacheStatus.Dynamic, 0, failure);

    internal void Leave() => _table.Decide(this, FillOutcome.Left, null, null, CfCacheStatus.Dynamic, 0, 0);

    /// <summary>Nobody can join it any more.</summary>
    internal void End() => _table.End(this);

    internal void Set(FillOutcome outcome, StoredResponse? response, CacheFill? fill, CfCacheStatus status, int forwardStatus, int failure)
    {
        (Response, Fill, Status, ForwardStatus, Failure) = (response, fill, status, forwardStatus, failure);
        Volatile.Write(ref _outcome, (int)outcome);
    }

    internal void Tell() => _decided.TrySetResult();
}
