using System.Collections.Immutable;
using System.Text;
using Holdfast.Cache.Exchange;
using Holdfast.Cache.Policy;
using Holdfast.Cache.Purging;
using Holdfast.Cache.Storage;
using Holdfast.Cache.Tests.Conversations;
using Holdfast.Model.Purging;
using Holdfast.Model.Zones;

namespace Holdfast.Cache.Tests.Purging;

/// <summary>A store whose clock the test owns, with what a purge test asks of it.</summary>
internal sealed class PurgedStore
{
    public const string Zone = "353e105f4ecef8ad9ca31a8372d0c023";

    private static readonly TextFields NoFields = new();
    private readonly CacheExchange _exchange;
    private readonly CachePolicy _policy;
    private long _sequence;

    public PurgedStore(
        PurgeMarkLimits? limits = null,
        CacheLevel level = CacheLevel.Aggressive,
        long budget = 64L * 1024 * 1024,
        bool sortsQuery = false
    )
    {
        Store = new MemoryStore(new MemoryStoreLimits { Budget = budget }, new PurgeMarks(Time, limits));
        _exchange = new CacheExchange(Store);
        _policy = new CachePolicy
        {
            Profile = CacheProfile.Standard,
            Level = level,
            SortsQuery = sortsQuery,
        };
    }

    public ManualTime Time { get; } = new();

    public MemoryStore Store { get; }

    public PurgeMarks Marks => Store.Purges;

    /// <summary>Purges.</summary>
    public long Purge(PurgeKind kind, params ReadOnlySpan<string> values) => PurgeIn(Zone, kind, values);

    /// <summary>Purges in another zone.</summary>
    public long PurgeIn(string zone, PurgeKind kind, params ReadOnlySpan<string> values) =>
        Marks.Apply(
            new Purge
            {
                Sequence = ++_sequence,
                ZoneId = zone,
                Kind = kind,
                Values = ImmutableArray.Create(values),
                CreatedAt = DateTimeOffset.UnixEpoch,
            }
        );

    /// <summary>Fetches and stores a response, unless it is stored.</summary>
    /// <param name="url"><c>host/path?query</c></param>
    /// <param name="fields">The response's further fields.</param>
    public void Put(string url, params string[] fields)
    {
        if (Has(url))
        {
            return;
        }

        BeginFill(url, fields);
        EndFill();
    }

    /// <summary>Asks the origin; its head has come.</summary>
    public void BeginFill(string url, params string[] fields)
    {
        Assert.Equal(RequestStep.Fetch, Begin(_exchange, url, NoFields));
        Assert.Equal(
            ResponseStep.PassAndStore,
            _exchange.Received(200, new TextFields(["Cache-Control: max-age=999999", .. fields]), 4, Now, Now)
        );
    }

    /// <summary>The body has come.</summary>
    public CacheFill EndFill()
    {
        var fill = _exchange.Fill!;
        fill.Append("body"u8);
        return fill;
    }

    /// <summary>Whether a request would be answered from the store.</summary>
    public bool Has(string url, params string[] fields) =>
        Begin(new CacheExchange(Store), url, new TextFields(fields)) == RequestStep.Serve;

    /// <summary>Begins an exchange.</summary>
    public RequestStep Begin(CacheExchange exchange, string url, TextFields fields, string scheme = "https", string zone = Zone)
    {
        var slash = url.IndexOf('/');
        var query = url.IndexOf('?');
        query = query < 0 ? url.Length : query;
        return exchange.Begin(
            new CacheRequest
            {
                Method = "GET"u8,
                Scope = Encoding.ASCII.GetBytes(zone),
                Scheme = Encoding.ASCII.GetBytes(scheme),
                Host = Encoding.ASCII.GetBytes(url[..slash]),
                Path = Encoding.UTF8.GetBytes(url[slash..query]),
                Query = Encoding.UTF8.GetBytes(url[query..]),
            },
            fields,
            _policy,
            Now
        );
    }

    public long Now => Time.GetUtcNow().ToUnixTimeMilliseconds();
}

/// <summary>Time that goes on when it is told to; whoever waits is woken at once.</summary>
internal sealed class ManualTime : TimeProvider
{
    private long _milliseconds = 1_800_000_000_000;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(Interlocked.Read(ref _milliseconds));

    public void Advance(TimeSpan by) => Interlocked.Add(ref _milliseconds, (long)by.TotalMilliseconds);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, dueTime == Timeout.InfiniteTimeSpan ? dueTime : TimeSpan.Zero, period);
}
