using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using Holdfast.Rules.Evaluation;

namespace Holdfast.Edge.Bots;

/// <summary>
/// Whether addresses are those of the crawlers that they say they are. The first question about an address puts it into a queue and is answered with
/// unknown; background tasks ask reverse DNS, and the answer is kept. No request ever waits. Both queue and memory are bounded: what does not fit stays
/// unknown.
/// </summary>
internal sealed class BotVerifier : IAsyncDisposable
{
    /// <summary>Most addresses whose answers are kept.</summary>
    public const int MostAddresses = 65_536;

    /// <summary>Most addresses that wait to be asked about.</summary>
    public const int MostWaiting = 1_024;

    /// <summary>Most names of one address that are followed: an address may have many, and a crawler's has one.</summary>
    public const int MostNames = 4;

    /// <summary>How long a confirmed name holds.</summary>
    public static readonly TimeSpan ConfirmedFor = TimeSpan.FromHours(24);

    /// <summary>How long it holds that an address has no name that leads back to it.</summary>
    public static readonly TimeSpan NamelessFor = TimeSpan.FromHours(1);

    /// <summary>How long nobody is asked again when no name server has answered.</summary>
    public static readonly TimeSpan FailedFor = TimeSpan.FromMinutes(1);

    private const int Workers = 4;

    // Of a full memory so many go at once, so that it is not swept for every address of a flood.
    private const int Swept = MostAddresses / 4;

    private readonly ConcurrentDictionary<IPAddress, Standing> _known = new();
    private readonly Channel<IPAddress> _waiting = Channel.CreateBounded<IPAddress>(
        new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.Wait }
    );
    private readonly CancellationTokenSource _stop = new();
    private readonly IReverseDns _dns;
    private readonly TimeProvider _time;
    private readonly Task[] _workers;
    private int _count;
    private int _isFull;

    /// <summary>Begins to work.</summary>
    public BotVerifier(IReverseDns dns, TimeProvider time)
    {
        (_dns, _time) = (dns, time);
        _workers = [.. Enumerable.Range(0, Workers).Select(_ => Task.Run(WorkAsync))];
    }

    /// <summary>How many addresses something is known of, or being asked.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Whether an address is this crawler's. Never waits; unknown until reverse DNS has answered. Allocates only for an address it does not know.</summary>
    public Truth Verify(VerifiableBot bot, IPAddress address)
    {
        var now = _time.GetTimestamp();
        if (_known.TryGetValue(address, out var standing) && !standing.HasEnded(now))
        {
            return standing.Name is not { } name ? Truth.Unknown
                : bot.Owns(name) ? Truth.True
                : Truth.False;
        }

        Ask(address);

        // What was known goes on being known while it is asked again.
        return standing?.Name is not { } before ? Truth.Unknown
            : bot.Owns(before) ? Truth.True
            : Truth.False;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_workers).ConfigureAwait(false);
        _stop.Dispose();
    }

    private void Ask(IPAddress address)
    {
        var before = _known.GetValueOrDefault(address);
        if (before is null && Volatile.Read(ref _count) >= MostAddresses)
        {
            // A worker makes room; nobody else has to wait for that.
            Interlocked.Exchange(ref _isFull, 1);
            return;
        }

        // Whoever comes while it waits or is asked finds that, and does not ask again.
        var asked = new Standing(before?.Name, EndOf(FailedFor));
        if (before is null ? !_known.TryAdd(address, asked) : !_known.TryUpdate(address, asked, before))
        {
            return;
        }

        if (before is null)
        {
            Interlocked.Increment(ref _count);
        }

        // What is known of it stays known, also when there is no place to ask again.
        if (
            !_waiting.Writer.TryWrite(address)
            && asked.Name is null
            && _known.TryRemove(new KeyValuePair<IPAddress, Standing>(address, asked))
        )
        {
            Interlocked.Decrement(ref _count);
        }
    }

    // What has ended goes first, and what says nothing; of the confirmed ones only what is still too much.
    private void Sweep()
    {
        var now = _time.GetTimestamp();
        Remove(static (standing, at) => standing.HasEnded(at) || standing.Name is null or "", now, int.MaxValue);
        Remove(static (_, _) => true, now, Volatile.Read(ref _count) - (MostAddresses - Swept));
    }

    private void Remove(Func<Standing, long, bool> goes, long now, int most)
    {
        foreach (var pair in _known)
        {
            if (most <= 0)
            {
                return;
            }

            if (goes(pair.Value, now) && _known.TryRemove(pair))
            {
                Interlocked.Decrement(ref _count);
                most--;
            }
        }
    }

    private async Task WorkAsync()
    {
        try
        {
            await foreach (var address in _waiting.Reader.ReadAllAsync(_stop.Token).ConfigureAwait(false))
            {
                if (Interlocked.Exchange(ref _isFull, 0) == 1)
                {
                    Sweep();
                }

                // Asked again or swept away meanwhile, it comes another time, and what is found then is newer.
                var asked = _known.GetValueOrDefault(address);
                var found = await LookUpAsync(address).ConfigureAwait(false);
                if (asked is not null)
                {
                    _known.TryUpdate(address, found, asked);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The edge stops.
        }
    }

    private async Task<Standing> LookUpAsync(IPAddress address)
    {
        try
        {
            foreach (var name in (await _dns.NamesOfAsync(address, _stop.Token).ConfigureAwait(false)).Take(MostNames))
            {
                // Anybody may say of an address what it is called; only the name's owner says where it leads.
                if (
                    name.Length <= VerifiableBots.MostNameLength
                    && VerifiableBots.All.Any(bot => bot.Owns(name))
                    && (await _dns.AddressesOfAsync(name, _stop.Token).ConfigureAwait(false)).Contains(address)
                )
                {
                    return new Standing(name, EndOf(ConfirmedFor));
                }
            }

            return new Standing("", EndOf(NamelessFor));
        }
        catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
        {
            // Nobody answered, or with what no name server should: the answer is unknown, and asked again in a while.
            return new Standing(_known.GetValueOrDefault(address)?.Name, EndOf(FailedFor));
        }
    }

    private long EndOf(TimeSpan time) => _time.GetTimestamp() + (long)(time.TotalSeconds * _time.TimestampFrequency);

    /// <param name="Name">The confirmed name; empty when there is none; null while that is unknown.</param>
    /// <param name="End">When it is asked again, a time stamp.</param>
    private sealed record Standing(string? Name, long End)
    {
        public bool HasEnded(long now) => now >= End;
    }
}
