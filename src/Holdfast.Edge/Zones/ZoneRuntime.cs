using System.Globalization;
using System.Text;
using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Origins;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Zones;

/// <summary>A zone as requests run on it: immutable, compiled from one release. A request keeps the one it began with.</summary>
internal sealed class ZoneRuntime
{
    // A zone without an error page of its own: its configuration's texts, and the objects here.
    private const int PlainWeight = 3 * 1024;

    private readonly byte[] _hostName;
    private readonly bool _below;

    /// <summary>Compiles a zone.</summary>
    public ZoneRuntime(ZoneConfig config, long generation, OriginTarget? origin)
    {
        Config = config;
        Generation = generation;
        Origin = origin;
        GenerationText = Encoding.ASCII.GetBytes(generation.ToString(CultureInfo.InvariantCulture));
        NameText = Encoding.ASCII.GetBytes(config.Name);
        _below = ZoneKey.Split(config.Name, out _hostName);
        IdText = Encoding.ASCII.GetBytes(config.Id);
        OriginHostHeader = config.Settings.OriginHostHeader is { } host ? Encoding.ASCII.GetBytes(host) : null;
        ErrorPage = config.Settings.ErrorPageHtml is { } html ? ReplacementPage.Compile(html) : null;
        ReadTimeout = TimeSpan.FromSeconds(config.Settings.ProxyReadTimeoutSeconds);
        MaxUploadBytes = config.Settings.MaxUploadMegabytes * 1024L * 1024L;
    }

    /// <summary>What it was compiled from.</summary>
    public ZoneConfig Config { get; }

    /// <summary>The release's generation, which every response states.</summary>
    public long Generation { get; }

    /// <summary><see cref="Generation"/> as text.</summary>
    public byte[] GenerationText { get; }

    /// <summary>The zone's name as ASCII.</summary>
    public byte[] NameText { get; }

    /// <summary>The zone's id as ASCII.</summary>
    public byte[] IdText { get; }

    /// <summary>Where its requests go; null without an origin.</summary>
    public OriginTarget? Origin { get; }

    /// <summary>The Host for the origin, or null for the visitor's own.</summary>
    public byte[]? OriginHostHeader { get; }

    /// <summary>The owner's error page, or null.</summary>
    public ReplacementPage? ErrorPage { get; }

    /// <summary>How long the origin may stay silent.</summary>
    public TimeSpan ReadTimeout { get; }

    /// <summary>Largest request body.</summary>
    public long MaxUploadBytes { get; }

    /// <summary>Bytes of memory, about. An error page is there as text, and as bytes in pieces.</summary>
    public int Weight => PlainWeight + (3 * (Config.Settings.ErrorPageHtml?.Length ?? 0));

    /// <summary>Whether this is the zone of a name, or of the names below it.</summary>
    /// <param name="name">A lower-case name or address; empty for the names below nothing, which are all.</param>
    /// <param name="below">Whether the names below it are meant.</param>
    public bool Serves(ReadOnlySpan<byte> name, bool below) => below == _below && name.SequenceEqual(_hostName);
}
