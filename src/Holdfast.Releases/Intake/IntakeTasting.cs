using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Holdfast.Model.Releases;
using Holdfast.Model.Uplink;

namespace Holdfast.Releases.Intake;

/// <summary>
/// The intake's end of the taster: what is tasted together, what was put aside and where it stands in the feed, and since when there is
/// no taster. One thread at a time.
/// </summary>
internal sealed class IntakeTasting(ReleaseIntakeOptions options)
{
    /// <summary>Most releases, and most bytes of their payloads, that are tasted together.</summary>
    private const int MostTogether = 256;

    private const long MostBytesTogether = 4 * 1024 * 1024;

    /// <summary>How long it is not tried again when there is no taster.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(4);

    private readonly Dictionary<(ArtifactKind, string, long), long> _aside = [];

    // A taster deals with one call at a time.
    private readonly SemaphoreSlim _one = new(1);
    private List<(long Position, Release Release)> _batch = [];
    private long _bytes;
    private long _failedAt;
    private Task? _late;

    /// <summary>Whether releases are tasted at all.</summary>
    public bool HasTaster => options.Taster is not null;

    /// <summary>Whether nothing waits to be tasted.</summary>
    public bool IsEmpty => _batch.Count == 0;

    /// <summary>How many were put aside and have no verdict.</summary>
    public int PutAside => _aside.Count;

    /// <summary>Why there is no taster, or null while there is.</summary>
    public string? Problem { get; private set; }

    /// <summary>Whether it is time to try again when there was no taster.</summary>
    public bool IsRetryDue => Problem is null || options.Time.GetElapsedTime(_failedAt) >= RetryAfter;

    /// <summary>Whether a release can be tasted together with those that wait.</summary>
    public bool HasRoomFor(Release release) =>
        _batch.Count == 0 || (_batch.Count < MostTogether && _bytes + release.Payload.Length <= MostBytesTogether);

    /// <summary>Adds one to those that wait.</summary>
    public void Add(long position, Release release)
    {
        _batch.Add((position, release));
        _bytes += release.Payload.Length;
    }

    /// <summary>Takes those that wait.</summary>
    public IReadOnlyList<(long Position, Release Release)> Take()
    {
        var batch = _batch;
        Forget();
        return batch;
    }

    /// <summary>Forgets those that wait: they come again.</summary>
    public void Forget() => (_batch, _bytes) = ([], 0);

    /// <summary>Tastes releases; those that are put aside already are not tasted again.</summary>
    public async ValueTask<IReadOnlyList<TasteVerdict>> TasteAsync(IReadOnlyList<Release> releases, CancellationToken cancellationToken)
    {
        if (options.Taster is not { } taster || releases.Count == 0)
        {
            return [];
        }

        var verdicts = new TasteVerdict[releases.Count];
        var asked = new List<int>(releases.Count);
        for (var i = 0; i < releases.Count; i++)
        {
            if (_aside.ContainsKey(Key(releases[i])))
            {
                verdicts[i] = new TasteVerdict(TasteOutcome.Later);
            }
            else if (!IsRetryDue)
            {
                verdicts[i] = new TasteVerdict(TasteOutcome.Unavailable, Problem);
            }
            else
            {
                asked.Add(i);
            }
        }

        if (asked.Count > 0)
        {
            var answers = await TasteInTurnAsync(taster, [.. asked.Select(i => releases[i])], cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < asked.Count; i++)
            {
                verdicts[asked[i]] = answers[i];
            }

            NoteAvailability(answers);
        }

        return verdicts;
    }

    /// <summary>Tastes a release that did not come by the feed. Any thread.</summary>
    /// <returns>Null when there is no taster at all.</returns>
    public async Task<TasteVerdict?> TasteAloneAsync(Release release, CancellationToken cancellationToken) =>
        options.Taster is { } taster ? (await TasteInTurnAsync(taster, [release], cancellationToken).ConfigureAwait(false))[0] : null;

    private async Task<IReadOnlyList<TasteVerdict>> TasteInTurnAsync(
        IReleaseTaster taster,
        IReadOnlyList<Release> releases,
        CancellationToken cancellationToken
    )
    {
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await taster.TasteAsync(releases, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Notes where a release that is put aside stands in the feed.</summary>
    /// <returns>Whether it is put aside only now.</returns>
    public bool PutAsideAt(long position, Release release)
    {
        var isNew = !_aside.ContainsKey(Key(release));
        _aside[Key(release)] = position;
        return isNew;
    }

    /// <summary>Completes when the verdict of one that was put aside is there; null while none is.</summary>
    public Task? Late => _aside.Count > 0 ? _late ??= options.Taster!.Late.WaitToReadAsync().AsTask() : null;

    /// <summary>Takes such a verdict.</summary>
    public bool TryTakeLate(out long position, [NotNullWhen(true)] out LateVerdict? late)
    {
        position = 0;
        _late = _late is { IsCompleted: true } ? null : _late;
        if (options.Taster is not { } taster || !taster.Late.TryRead(out late))
        {
            late = null;
            return false;
        }

        _aside.Remove(Key(late.Release), out position);
        NoteAvailability([late.Verdict]);
        return true;
    }

    private void NoteAvailability(IReadOnlyList<TasteVerdict> answers)
    {
        if (answers.FirstOrDefault(answer => answer.Outcome == TasteOutcome.Unavailable) is { } without)
        {
            _failedAt = options.Time.GetTimestamp();
            if (Problem is null)
            {
                options.Observer?.TasterUnavailable(without.Reason!);
                options.Uplink?.Add(UplinkRecordTypes.TasterUnavailable, new JsonObject { ["reason"] = without.Reason });
            }

            Problem = without.Reason;
        }
        else if (Problem is not null)
        {
            Problem = null;
            options.Observer?.TasterAvailable();
        }
    }

    private static (ArtifactKind, string, long) Key(Release release) => (release.Kind, release.Name, release.Generation);
}
