using System.Diagnostics;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using Holdfast.Cache.Policy;
using Holdfast.Edge.Bots;
using Holdfast.Edge.Compression;
using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Geo;
using Holdfast.Edge.Guard;
using Holdfast.Edge.Listening;
using Holdfast.Edge.Origins;
using Holdfast.Edge.Origins.Concurrency;
using Holdfast.Edge.Rehearsing;
using Holdfast.Edge.Rules;
using Holdfast.Edge.Tiers;
using Holdfast.Edge.Zones;
using Holdfast.Http.Bodies;
using Holdfast.Http.Headers;
using Holdfast.Http.Messages;
using Holdfast.Http.Origins;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Requests;

/// <summary>
/// One request and its answer: the one thing that phases see, whichever HTTP version the visitor speaks. It belongs to one flow of
/// control at a time and is used again for the next request of its connection or stream.
/// </summary>
internal abstract class EdgeRequest
{
    private ExchangeBuffers? _buffers;
    private OriginConnection? _origin;
    private OriginGate? _gate;
    private CancellationTokenSource? _exchange;
    private volatile bool _visitorGone;
    private volatile bool _isAbandoned;
    private byte[]? _forwardedAddressText;
    private IPAddress? _located;
    private CachePolicy? _cachePolicy;
    private ZoneSettings? _settings;
    private ReadOnlyMemory<byte>? _keyQuery;
    private ReadOnlyMemory<byte> _keySuffix;
    private long _tunnelBytesIn;
    private bool _hasStarted;
    private long _tunnelBytesOut;
    private BodyEncoder? _encoder;
    private bool _isEncoded;
    private byte[] _toEncode = [];
    private GuardNotes _guarded;

    /// <summary>The request's head. Phases change it on its way to the origin; method, target and host stay as the visitor sent them.</summary>
    public RequestHead Head => Buffers.Head;

    /// <summary>The request's body.</summary>
    public abstract BodyReader Body { get; }

    /// <summary>The body for the origin: <see cref="Body"/>, or what was held back of it and then the rest.</summary>
    public BodyReader Content => Held ?? Sample?.Tap ?? Body;

    /// <summary>What is taken down of it, or null when it is not sampled.</summary>
    public PendingSample? Sample { get; set; }

    /// <summary>What is held back of the body for the zone's rules, or null.</summary>
    public HeldBody? Held { get; private set; }

    /// <summary>Bytes of request body read so far.</summary>
    public abstract long BodyBytesRead { get; }

    /// <summary>What is known of the visitor's connection.</summary>
    public required ConnectionFacts Connection { get; init; }

    /// <summary>The request's name.</summary>
    public RayId Ray { get; private set; }

    /// <summary>The visitor's address: the connection's, or the one that a trusted upstream forwarded.</summary>
    public IPAddress ClientAddress { get; private set; } = IPAddress.None;

    /// <summary><see cref="ClientAddress"/> as text.</summary>
    public ReadOnlySpan<byte> ClientAddressText => _forwardedAddressText ?? Connection.ClientAddressUtf8;

    /// <summary>Whether the visitor came by HTTPS, to us or to the trusted upstream before us.</summary>
    public bool IsHttps { get; set; }

    /// <summary>The visitor's country, two letters; XX when unknown.</summary>
    public CountryCode Country { get; private set; }

    /// <summary>When the request's first byte was seen, UTC.</summary>
    public DateTimeOffset StartedAt { get; private set; }

    /// <summary>The same as a timestamp of the time provider.</summary>
    public long StartTimestamp { get; private set; }

    /// <summary>Which request of its connection it is, from 1.</summary>
    public int Ordinal { get; protected set; }

    /// <summary>The zone it belongs to, once looked up; null when it belongs to none.</summary>
    public ZoneRuntime? Zone { get; set; }

    /// <summary>The settings that it runs on: its zone's, until rules say otherwise.</summary>
    public ZoneSettings Settings
    {
        get => _settings ?? Zone!.Settings;
        set => _settings = value;
    }

    /// <summary>How long its origin may stay silent.</summary>
    public TimeSpan ReadTimeout => _settings is { } own ? TimeSpan.FromSeconds(own.ProxyReadTimeoutSeconds) : Zone!.ReadTimeout;

    /// <summary>Whether rules say how its origin is asked, so that nobody can be asked who does not know of them.</summary>
    public bool HasOwnWay =>
        Route is not null
        || (
            _settings is { } own
            && (own.Ssl, own.OriginMaxHttpVersion, own.ProxyReadTimeoutSeconds, own.TrueClientIpHeader)
                != (
                    Zone!.Settings.Ssl,
                    Zone.Settings.OriginMaxHttpVersion,
                    Zone.Settings.ProxyReadTimeoutSeconds,
                    Zone.Settings.TrueClientIpHeader
                )
        );

    /// <summary>What rules say of the way to its origin, or null.</summary>
    public OriginRoute? Route { get; set; }

    /// <summary>What the cache makes of it: as its zone says, until rules say more.</summary>
    public CachePolicy CachePolicy
    {
        get => _cachePolicy ?? Zone!.Cache;
        set => _cachePolicy = value;
    }

    /// <summary>Whether the origin had all of it when it answered. Known with the answer.</summary>
    public bool IsSent { get; set; }

    /// <summary>Whether rules have given it another target.</summary>
    public virtual bool IsRewritten => Rules is { IsRewritten: true };

    /// <summary>Path and query for the cache and the origin: as the visitor sent them, unless a rule has rewritten them.</summary>
    public ReadOnlySpan<byte> ForwardTarget => Rules is { IsRewritten: true } rules ? rules.Signals.Uri.Rewritten : Head.Target;

    /// <summary>Its path.</summary>
    public ReadOnlySpan<byte> ForwardPath =>
        Rules is { IsRewritten: true } rules ? rules.Signals.Uri.Rewritten[..rules.Signals.Uri.RewrittenPathLength] : Head.Path;

    /// <summary>Its query, from the question mark on.</summary>
    public ReadOnlySpan<byte> ForwardQuery =>
        Rules is { IsRewritten: true } rules ? rules.Signals.Uri.Rewritten[rules.Signals.Uri.RewrittenPathLength..] : Head.Query;

    /// <summary>Whether a rule says what of the query counts for the cache.</summary>
    public bool HasKeyQuery => _keyQuery is not null;

    /// <summary>The query as it counts for the cache, from its question mark on.</summary>
    public ReadOnlySpan<byte> KeyQuery => _keyQuery is { } query ? query.Span : ForwardQuery;

    /// <summary>Whether a rule says that the host counts for the cache that the origin is told.</summary>
    public bool HasResolvedKey { get; private set; }

    /// <summary>The host as it counts for the cache: the visitor's, or, when a rule says so, what the origin is told.</summary>
    public ReadOnlySpan<byte> KeyHost => HasResolvedKey && Route is { HostHeader: { } resolved } ? resolved : Head.Host;

    /// <summary>What else tells answers for one URL apart.</summary>
    public ReadOnlySpan<byte> KeySuffix => _keySuffix.Span;

    /// <summary>Where it is forwarded to, once that is known.</summary>
    public OriginTarget? Target { get; set; }

    /// <summary>Its way through its zone's rules; null when the zone has none, or before they begin.</summary>
    public RuleTurn? Rules { get; private set; }

    /// <summary>What the guard around modules did to it.</summary>
    public ref GuardNotes Guarded => ref _guarded;

    /// <summary>Whether it has its zone's token, so that its answer says what became of it.</summary>
    public bool IsExplained { get; set; }

    /// <summary>Whether its fields are as its origin gets them, and not the visitor's any more.</summary>
    public bool IsPrepared { get; set; }

    /// <summary>Why the edge answered instead of the origin, or <see cref="EdgeError.None"/>.</summary>
    public EdgeError Error { get; set; }

    /// <summary>Why the codec refused the request or its body, or <see cref="MessageFault.None"/>.</summary>
    public MessageFault Refused { get; set; }

    /// <summary>What else is known of the refusal, or null.</summary>
    public virtual string? RefusedDetail => null;

    /// <summary>What the exchange with the origin looked like.</summary>
    public OriginReport Origin { get; } = new();

    /// <summary>Who sees the origin's answer before the visitor does, or null.</summary>
    public ResponseTap? Tap { get; set; }

    /// <summary>Whether it is the edge's own and no visitor waits for it, so that it gives way to all others.</summary>
    public bool IsInBackground { get; set; }

    /// <summary>The edge that asks in a visitor's name, when one does.</summary>
    public LowerEdge? Lower { get; set; }

    /// <summary>Whether <see cref="Lower"/> knows of purges that are not in effect here yet.</summary>
    public bool LowerIsAhead { get; set; }

    /// <summary>Whether it is a certificate authority's look, see <see cref="AcmeChallenge"/>.</summary>
    public bool IsChallenge { get; set; }

    /// <summary>Whether this very edge asks itself.</summary>
    public bool IsOwn { get; set; }

    /// <summary>What the upper edge said that the answer came from; null when it came from elsewhere.</summary>
    public UpperMark? Upper { get; set; }

    /// <summary>What the cache did, as it stands in the log; empty when the cache was not asked.</summary>
    public ReadOnlyMemory<byte> CacheStatus { get; set; }

    /// <summary>Why the cache did not store the answer, as it stands in the log; empty when it did, or was not asked.</summary>
    public ReadOnlyMemory<byte> CacheReason { get; set; }

    /// <summary>The answer's head, filled in by whoever answers.</summary>
    public ResponseHead Response => Buffers.Response;

    /// <summary>What an exchange with the origin needs beside; kept for the next request.</summary>
    public ExchangeScratch Scratch => Buffers.Scratch;

    /// <summary>Whether the answer's head has been handed over to the connection: too late for another answer.</summary>
    public bool HasStarted
    {
        get => _hasStarted;
        protected set
        {
            _hasStarted = value;
            AnswerTimestamp = value ? Stopwatch.GetTimestamp() : 0;
        }
    }

    /// <summary>When the answer's head was handed over, as <see cref="Stopwatch.GetTimestamp"/> has it; 0 before.</summary>
    public long AnswerTimestamp { get; private set; }

    /// <summary>Whether the answer is complete.</summary>
    public bool HasEnded { get; protected set; }

    /// <summary>Whether the answer ended before its end, so that its connection or stream must end.</summary>
    public bool IsBrokenOff { get; protected set; }

    /// <summary>Whether the visitor has gone.</summary>
    public bool VisitorGone => _visitorGone;

    /// <summary>Whether nobody waits for the origin's answer any more: the visitor has gone, and no other visitor wants it.</summary>
    public bool IsAbandoned => _isAbandoned;

    /// <summary>Whether another request's exchange with the origin answers this one.</summary>
    public bool IsCollapsed { get; set; }

    /// <summary>Bytes of response body handed over.</summary>
    public long ResponseBodyBytes { get; protected set; }

    /// <summary>Bytes of the response handed over, head and framing included; without TLS and HTTP/2 framing.</summary>
    public long ResponseBytes { get; protected set; }

    /// <summary>Whether interim responses (1xx) can be passed on.</summary>
    public abstract bool CanSendInterim { get; }

    /// <summary>Whether <see cref="AcceptUpgradeAsync"/> can be called after a 101.</summary>
    public abstract bool CanUpgrade { get; }

    /// <summary>Sends an interim response at once.</summary>
    public abstract ValueTask SendInterimAsync(ResponseHead interim);

    /// <summary>Puts the body of the answer that is about to start into a content coding; null for an answer that has only the fields of one.</summary>
    public void SetEncoder(BodyEncoder? encoder)
    {
        _encoder = encoder;
        _isEncoded = true;
    }

    /// <summary>Whether the answer's body is put into a content coding on its way.</summary>
    public bool IsEncoding => _encoder is not null;

    /// <summary>Hands <see cref="Response"/> over. It goes out with the next flush.</summary>
    /// <param name="framing">How the origin framed the body; the connection chooses its own framing for an unknown length.</param>
    /// <param name="length">The body's length, or -1. Without a body: the Content-Length to state, or -1.</param>
    public void Start(Framing framing, long length)
    {
        if (Rules is { } rules)
        {
            ResponsePhases.Run(this, rules);
        }

        if (IsExplained && Rules?.Signals.Bots is { By: not null } bots)
        {
            BotReport.Write(Response.Headers, bots);
        }

        if (IsExplained && _guarded.Any)
        {
            GuardReport.Write(this);
        }

        if (Rules?.Replacement is { } content)
        {
            DropEncoder();
            _encoder = new DiscardedBody();
            StartPlain(Framing.Length, content.Length);
            WritePlain(content.Span);
            return;
        }

        if (_isEncoded)
        {
            StartPlain(framing == Framing.None ? framing : Framing.Chunked, -1);
        }
        else
        {
            StartPlain(framing, length);
        }
    }

    /// <summary>Hands body bytes over.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (_encoder is null)
        {
            WritePlain(bytes);
        }
        else
        {
            WriteEncoded(_encoder, EncoderStep.Write, bytes);
        }
    }

    /// <summary>Memory to put body bytes into directly; only with a known length. Follow with <see cref="Advance"/>.</summary>
    public Memory<byte> GetMemory(int atLeast) =>
        _encoder is null ? GetPlainMemory(atLeast)
        : _toEncode.Length >= atLeast ? _toEncode
        : _toEncode = new byte[atLeast];

    /// <summary>Hands over what was put into <see cref="GetMemory"/>.</summary>
    public void Advance(int count)
    {
        if (_encoder is null)
        {
            AdvancePlain(count);
        }
        else
        {
            Write(_toEncode.AsSpan(0, count));
        }
    }

    /// <summary>How many bytes were handed over and not flushed; at least 1 while an encoder has any.</summary>
    public long Unflushed => _encoder is { HasPending: true } ? Math.Max(UnflushedPlain, 1) : UnflushedPlain;

    /// <summary>Sends what was handed over; waits while the visitor is slow. False when the visitor is gone.</summary>
    public ValueTask<bool> FlushAsync()
    {
        if (_encoder is { HasPending: true } encoder)
        {
            WriteEncoded(encoder, EncoderStep.Flush, default);
        }

        return FlushPlainAsync();
    }

    /// <summary>Ends the answer, with trailers where the visitor's protocol has them.</summary>
    public ValueTask EndAsync(HeaderBlock? trailers)
    {
        if (_encoder is { } encoder)
        {
            WriteEncoded(encoder, EncoderStep.Finish, default);
            DropEncoder();
        }

        return EndPlainAsync(trailers);
    }

    /// <summary><see cref="Start"/> without a content coding. The others alike.</summary>
    protected abstract void StartPlain(Framing framing, long length);

    /// <summary><see cref="Write"/>.</summary>
    protected abstract void WritePlain(ReadOnlySpan<byte> bytes);

    /// <summary><see cref="GetMemory"/>.</summary>
    protected abstract Memory<byte> GetPlainMemory(int atLeast);

    /// <summary><see cref="Advance"/>.</summary>
    protected abstract void AdvancePlain(int count);

    /// <summary><see cref="Unflushed"/>.</summary>
    protected abstract long UnflushedPlain { get; }

    /// <summary><see cref="FlushAsync"/>.</summary>
    protected abstract ValueTask<bool> FlushPlainAsync();

    /// <summary><see cref="EndAsync"/>.</summary>
    protected abstract ValueTask EndPlainAsync(HeaderBlock? trailers);

    /// <summary>Breaks the answer off, so that the visitor can tell that it is not whole.</summary>
    public abstract void Abort();

    /// <summary>
    /// Sends the 101 in <see cref="Response"/> and gives what the visitor sends from then on to the caller, who must read and answer it.
    /// </summary>
    public abstract ValueTask<PipeReader> AcceptUpgradeAsync();

    /// <summary>
    /// Sends bytes of the new protocol after <see cref="AcceptUpgradeAsync"/>; a visitor that takes nothing for too long is dropped.
    /// False when the visitor is gone.
    /// </summary>
    public abstract ValueTask<bool> SendUpgradedAsync(ReadOnlyMemory<byte> bytes);

    /// <summary>The origin connection in use from now on, which is given little time once the visitor has gone.</summary>
    public void Use(OriginConnection connection) => Volatile.Write(ref _origin, connection);

    /// <summary>Lets go of the origin connection in use.</summary>
    /// <returns>
    /// Whether nobody else touches its deadline any more. False when the visitor's leaving has, or is just about to shorten it: such
    /// a connection must not serve another request.
    /// </returns>
    public bool Release(OriginConnection connection) => Interlocked.CompareExchange(ref _origin, null, connection) == connection;

    /// <summary>Takes note of the gate that it has entered, and leaves by <see cref="LeaveOrigin"/> or by <see cref="TakeOriginGate"/>.</summary>
    public void EnterOrigin(OriginGate gate) => _gate = gate;

    /// <summary>Gives the gate to whoever goes on with the exchange and leaves it at its end; null when there is none.</summary>
    public OriginGate? TakeOriginGate()
    {
        var gate = _gate;
        _gate = null;
        return gate;
    }

    /// <summary>Leaves the gate, if it is in one.</summary>
    public void LeaveOrigin() => TakeOriginGate()?.Leave();

    /// <summary>Gives the origin this long to be heard of, or less when nobody waits for it.</summary>
    public void WaitForOrigin(OriginConnection connection, TimeSpan limit)
    {
        connection.ReadDeadline.Set(limit);
        if (_isAbandoned)
        {
            // Whoever said so may have done it before the line above.
            connection.ReadDeadline.Shorten(EdgeLimits.GoneVisitorGrace);
        }
    }

    /// <summary>The same, unless the origin has been heard of since its deadline was suspended.</summary>
    public void AwaitAnswer(OriginConnection connection, TimeSpan limit)
    {
        connection.ReadDeadline.Resume(limit);
        if (_isAbandoned)
        {
            connection.ReadDeadline.Shorten(EdgeLimits.GoneVisitorGrace);
        }
    }

    /// <summary>The exchange to cancel, after a moment, once the visitor has gone; for exchanges without a connection of their own.</summary>
    public void Use(CancellationTokenSource exchange)
    {
        Volatile.Write(ref _exchange, exchange);
        if (_isAbandoned)
        {
            Shorten(exchange);
        }
    }

    /// <summary>Gives such an exchange this long to go on, or less when the visitor has gone.</summary>
    public void WaitForOrigin(CancellationTokenSource exchange, TimeSpan limit)
    {
        if (!_isAbandoned)
        {
            exchange.CancelAfter(limit);
            if (_isAbandoned)
            {
                Shorten(exchange);
            }
        }
    }

    /// <summary>Lets go of the exchange.</summary>
    public void ReleaseExchange() => Volatile.Write(ref _exchange, null);

    /// <summary>Looks the visitor's country up, unless it is the address of the request before: a look-up costs a microsecond.</summary>
    public void LocateWith(IRequestObserver observer)
    {
        if (!ReferenceEquals(_located, ClientAddress))
        {
            Country = observer.CountryOf(this);
            _located = ClientAddress;
        }
    }

    /// <summary>Says where the visitor is, for a request that no connection brought.</summary>
    protected void Locate(CountryCode country) => Country = country;

    /// <summary>The visitor's country is not to be known for this request.</summary>
    public void ForgetCountry()
    {
        Country = CountryCode.Unknown;
        _located = null;
    }

    /// <summary>Takes the ray of the edge that asks: one request has one name on all its way.</summary>
    public void Adopt(RayId ray) => Ray = ray;

    /// <summary>Takes the visitor's address from a trusted upstream instead of the connection.</summary>
    public void ForwardedFor(IPAddress client)
    {
        ClientAddress = client;
        _forwardedAddressText = Encoding.ASCII.GetBytes(client.ToString());
    }

    /// <summary>Begins its way through its zone's rules.</summary>
    public RuleTurn BeginRules(ZoneRules rules)
    {
        Rules = Buffers.Rules;
        Rules.Begin(this, rules);
        return Rules;
    }

    /// <summary>Says what tells answers apart in the cache. The memory stays as it is until the request ends.</summary>
    /// <param name="query">The query as it counts; null for all of it.</param>
    /// <param name="suffix">What counts beside the URL.</param>
    /// <param name="isResolved">Whether the host counts that the origin is told.</param>
    public void SetCacheKey(ReadOnlyMemory<byte>? query, ReadOnlyMemory<byte> suffix, bool isResolved)
    {
        HasResolvedKey = isResolved;
        _keyQuery = query;
        _keySuffix = suffix;
    }

    /// <summary>Holds the beginning of the body back, so that rules can read it.</summary>
    public ValueTask HoldBodyAsync(TimeProvider time)
    {
        Held = new HeldBody(Sample?.Tap ?? Body, time);
        return Held.HoldAsync();
    }

    /// <summary>Lets go of what was held back.</summary>
    public async ValueTask ReleaseHeldAsync()
    {
        if (Held is { } held)
        {
            Held = null;
            await held.CloseAsync(StopReadingBody).ConfigureAwait(false);
        }
    }

    /// <summary>Counts what a tunnel carried; may be called from both directions at once.</summary>
    public void CountTunnelBytes(long fromVisitor, long toVisitor)
    {
        Interlocked.Add(ref _tunnelBytesIn, fromVisitor);
        Interlocked.Add(ref _tunnelBytesOut, toVisitor);
    }

    /// <summary>Bytes that a tunnel carried from the visitor and to it.</summary>
    public (long In, long Out) TunnelBytes => (Interlocked.Read(ref _tunnelBytesIn), Interlocked.Read(ref _tunnelBytesOut));

    /// <summary>Sets the largest body in bytes, before it is read.</summary>
    public abstract void LimitBody(long most);

    /// <summary>Makes a pending read of the body return at once, because nobody wants the rest.</summary>
    public abstract void StopReadingBody();

    /// <summary>Takes the buffers that the next request needs; no effect when they are here.</summary>
    public void TakeBuffers() => _buffers ??= ExchangeBuffers.Rent();

    /// <summary>
    /// Lets go of the buffers between two requests. After one that was broken off nobody else gets them, because something may still be
    /// on its way into them.
    /// </summary>
    public void GiveBuffers()
    {
        DropEncoder();
        if (_buffers is { } buffers)
        {
            _buffers = null;
            if (!IsBrokenOff)
            {
                ExchangeBuffers.Return(buffers);
            }
        }
    }

    /// <summary>Forgets an answer that was about to start, so that another can.</summary>
    public void ForgetAnswer()
    {
        Response.Clear();
        DropEncoder();
        _isEncoded = false;
        Tap = null;
        Upper = null;
        CacheStatus = CacheReason = default;
        IsCollapsed = false;
    }

    private void WriteEncoded(BodyEncoder encoder, EncoderStep step, ReadOnlySpan<byte> bytes)
    {
        GuardedEncoding.Take(encoder, step, bytes, this);
        WritePlain(encoder.Output);
        encoder.Taken();
    }

    // What it holds is memory outside the collector's sight.
    private void DropEncoder()
    {
        _encoder?.Dispose();
        _encoder = null;
        _toEncode = [];
    }

    private ExchangeBuffers Buffers => _buffers ?? throw new InvalidOperationException("No request is under way.");

    /// <summary>Begins the next request.</summary>
    protected void Begin(RayId ray, DateTimeOffset now, long timestamp)
    {
        Ray = ray;
        StartedAt = now;
        StartTimestamp = timestamp;
        Ordinal++;
        Zone = null;
        Target = null;
        Rules = null;
        Held = null;
        Sample = null;
        _cachePolicy = null;
        _settings = null;
        Route = null;
        SetCacheKey(null, default, isResolved: false);
        Error = EdgeError.None;
        Refused = MessageFault.None;
        Origin.Clear();
        ForgetAnswer();
        _guarded = default;
        IsExplained = IsPrepared = false;
        Lower = null;
        LowerIsAhead = IsOwn = IsChallenge = false;
        IsInBackground = false;
        HasStarted = HasEnded = IsBrokenOff = false;
        ResponseBodyBytes = ResponseBytes = 0;
        ClientAddress = Connection.Client.Address;
        _forwardedAddressText = null;
        _tunnelBytesIn = _tunnelBytesOut = 0;
        IsHttps = Connection.IsTls;
    }

    /// <summary>Takes over whose request it is, for one that is made in the name of a visitor's.</summary>
    protected void TakeVisitorOf(EdgeRequest request)
    {
        Zone = request.Zone;
        _settings = request._settings;
        ClientAddress = request.ClientAddress;
        _forwardedAddressText = request._forwardedAddressText;
        Country = request.Country;
        IsHttps = request.IsHttps;
        Lower = request.Lower;
    }

    /// <summary>Says that the visitor has gone: what runs for it alone is given a moment and then ended.</summary>
    public void SetVisitorGone()
    {
        _visitorGone = true;
        if (Tap is not { } tap || tap.TryAbandon())
        {
            Abandon();
        }
    }

    /// <summary>Says that nobody waits for this request: what runs for it is given a moment and then ended.</summary>
    public void Abandon()
    {
        _isAbandoned = true;

        // Taken, not read: the exchange sees that its connection's deadline is not its own any more and does not pool it.
        Interlocked.Exchange(ref _origin, null)?.ReadDeadline.Shorten(EdgeLimits.GoneVisitorGrace);
        if (Volatile.Read(ref _exchange) is { } exchange)
        {
            Shorten(exchange);
        }
    }

    /// <summary>Forgets that a visitor has gone: for an object that serves one visitor after the other.</summary>
    protected void SetVisitorHere() => _visitorGone = _isAbandoned = false;

    private static void Shorten(CancellationTokenSource exchange)
    {
        try
        {
            exchange.CancelAfter(EdgeLimits.GoneVisitorGrace);
        }
        catch (ObjectDisposedException)
        {
            // The exchange ended at the same moment.
        }
    }
}
