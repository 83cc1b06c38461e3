using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Holdfast.Cache.Policy;
using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Guard;
using Holdfast.Edge.Origins;
using Holdfast.Edge.Rules;
using Holdfast.Edge.Rules.Executing;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Zones;

/// <summary>A zone as requests run on it: immutable, compiled from one release. A request keeps the one it began with.</summary>
internal sealed class ZoneRuntime
{
    // A zone without an error page of its own: its configuration's texts, and the objects here.
    private const int PlainWeight = 3 * 1024;

    // A proxied name: its text twice, its addresses, its place in a table.
    private const int RecordWeight = 512;

    private readonly byte[] _hostName;
    private readonly bool _below;

    /// <summary>Compiles a zone.</summary>
    /// <param name="config">As its owner wrote it.</param>
    /// <param name="generation">The release's generation.</param>
    /// <param name="origins">Where its requests go.</param>
    /// <param name="guard">What guards its modules; it outlives the zone's releases.</param>
    /// <param name="rules">Its rules, or null when it has none.</param>
    public ZoneRuntime(ZoneConfig config, long generation, ZoneOrigins origins, ZoneGuard guard, ZoneRules? rules = null)
    {
        Guard = guard;
        Rules = rules;
        Config = config;
        Generation = generation;
        Origins = origins;
        GenerationText = Encoding.ASCII.GetBytes(generation.ToString(CultureInfo.InvariantCulture));
        NameText = Encoding.ASCII.GetBytes(config.Name);
        _below = ZoneKey.Split(config.Name, out _hostName);
        IdText = Encoding.ASCII.GetBytes(config.Id);
        Settings = config.Paused ? ForwardOnly(config.Settings) : config.Settings;
        OriginHostHeader = Settings.OriginHostHeader is { } host ? Encoding.ASCII.GetBytes(host) : null;
        ErrorPage = Settings.ErrorPageHtml is { } html ? ReplacementPage.Compile(html) : null;
        ReadTimeout = TimeSpan.FromSeconds(Settings.ProxyReadTimeoutSeconds);
        Cache = new CachePolicy
        {
            Profile = Settings.CacheProfile,
            Level = Settings.CacheLevel,
            SortsQuery = Settings.SortQueryStringForCache,
            AlwaysOnline = Settings.AlwaysOnline,
            Slices = Settings.CacheSlice,
            CodesAnyType = rules is { Compression: not null },
            RespectRequestDirectives = Settings.RespectRequestCacheControl,
            DevelopmentModeUntil = config.DevelopmentModeUntil?.ToUnixTimeMilliseconds() ?? 0,
        };
        CacheDebugDigest = Settings.CacheDebugTokenSha256 is { } digest ? Convert.FromHexString(digest) : null;
        StrictTransportSecurity = PolicyOf(Settings);
        MaxUploadBytes = Settings.MaxUploadMegabytes * 1024L * 1024L;
    }

    /// <summary>What it was compiled from.</summary>
    public ZoneConfig Config { get; }

    /// <summary>The settings that requests run on: the owner's, and while the zone is paused those that say how its origin is reached.</summary>
    public ZoneSettings Settings { get; }

    /// <summary>The release's generation, which every response states.</summary>
    public long Generation { get; }

    /// <summary><see cref="Generation"/> as text.</summary>
    public byte[] GenerationText { get; }

    /// <summary>The zone's name as ASCII.</summary>
    public byte[] NameText { get; }

    /// <summary>The zone's id as ASCII.</summary>
    public byte[] IdText { get; }

    /// <summary>Where its requests go.</summary>
    public ZoneOrigins Origins { get; }

    /// <summary>Its rules, or null when it has none: then they cost nothing.</summary>
    public ZoneRules? Rules { get; }

    /// <summary>The Host for the origin, or null for the visitor's own.</summary>
    public byte[]? OriginHostHeader { get; }

    /// <summary>The owner's error page, or null.</summary>
    public ReplacementPage? ErrorPage { get; }

    /// <summary>How long the origin may stay silent.</summary>
    public TimeSpan ReadTimeout { get; }

    /// <summary>What its owner wants of the cache.</summary>
    public CachePolicy Cache { get; }

    /// <summary>The SHA-256 of the token that <c>X-Holdfast-Debug</c> must have, or null when nobody is told what the cache did.</summary>
    public byte[]? CacheDebugDigest { get; }

    /// <summary>Largest request body.</summary>
    public long MaxUploadBytes { get; }

    /// <summary>The field that responses over HTTPS carry (RFC 6797 section 6.1), or null.</summary>
    public byte[]? StrictTransportSecurity { get; }

    /// <summary>What guards its modules.</summary>
    public ZoneGuard Guard { get; }

    /// <summary>Whether it is beside what is live, so that only a share of the requests meets it.</summary>
    public bool IsCandidate { get; init; }

    /// <summary>The ids of the kill switches that have taken something out of it.</summary>
    public ImmutableArray<byte[]> KillSwitches { get; init; } = [];

    /// <summary>The modules that they take out of it, a bit each: they are not run, as if they were absent.</summary>
    public uint Killed { get; init; }

    /// <summary>The rulesets of the account on trial that it was compiled with, or null.</summary>
    public AccountSide? Side { get; private init; }

    /// <summary>The same zone beside this one, with other rules. Its origins are this one's, for as long as this one is there.</summary>
    /// <param name="side">What it is compiled with.</param>
    /// <param name="guard">What guards its modules.</param>
    /// <param name="rules">Its rules.</param>
    /// <param name="kills">The ids of the kill switches that have taken something out of it.</param>
    public ZoneRuntime Beside(AccountSide side, ZoneGuard guard, ZoneRules? rules, ImmutableArray<byte[]> kills) =>
        new(Config, Generation, Origins, guard, rules)
        {
            IsCandidate = IsCandidate,
            Killed = Killed,
            KillSwitches = kills,
            Side = side,
        };

    /// <summary>What becomes of a request when a module can't do its job: it goes on, unless the owner wants it otherwise.</summary>
    public FailureMode ModeOf(EdgeModule module) =>
        Settings.SecurityFailureMode == SecurityFailureMode.Closed && (EdgeModules.Security & module.Bit) != 0
            ? FailureMode.Closed
            : FailureMode.Open;

    /// <summary>Bytes of memory, about. An error page is there as text, and as bytes in pieces.</summary>
    public int Weight =>
        PlainWeight + (3 * (Config.Settings.ErrorPageHtml?.Length ?? 0)) + (RecordWeight * Config.Records.Length) + (Rules?.Weight ?? 0);

    /// <summary>Whether this is the zone of a name, or of the names below it.</summary>
    /// <param name="name">A lower-case name or address; empty for the names below nothing, which are all.</param>
    /// <param name="below">Whether the names below it are meant.</param>
    public bool Serves(ReadOnlySpan<byte> name, bool below) => below == _below && name.SequenceEqual(_hostName);

    // What the origin needs to be reached stays; everything that the edge would do of its own goes.
    private static ZoneSettings ForwardOnly(ZoneSettings settings) =>
        new()
        {
            Ssl = settings.Ssl == SslMode.Off ? SslMode.Flexible : settings.Ssl,
            OriginHostHeader = settings.OriginHostHeader,
            OriginMaxHttpVersion = settings.OriginMaxHttpVersion,
            ProxyReadTimeoutSeconds = settings.ProxyReadTimeoutSeconds,
            OriginConcurrencyLimit = settings.OriginConcurrencyLimit,
            OriginQueueLength = settings.OriginQueueLength,
            OriginQueueTimeoutSeconds = settings.OriginQueueTimeoutSeconds,
            MaxUploadMegabytes = ZoneSettings.MaxUploadMegabytesLimit,
            CacheLevel = CacheLevel.Bypass,
            Compression = false,
        };

    // Without HTTPS for visitors the policy would lock them out of the site.
    private static byte[]? PolicyOf(ZoneSettings settings) =>
        settings is { SecurityHeader: { Enabled: true } header, Ssl: not SslMode.Off }
            ? Encoding.ASCII.GetBytes(
                string.Create(CultureInfo.InvariantCulture, $"max-age={header.MaxAgeSeconds}")
                    + (header.IncludeSubdomains ? "; includeSubDomains" : "")
                    + (header.Preload ? "; preload" : "")
            )
            : null;
}
