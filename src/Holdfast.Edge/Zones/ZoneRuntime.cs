using System.Globalization;
using System.Text;
using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Origins;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Zones;

/// <summary>A zone as requests run on it: immutable, compiled from one release. A request keeps the one it began with.</summary>
internal sealed class ZoneRuntime
{
    /// <summary>Compiles a zone.</summary>
    public ZoneRuntime(ZoneConfig config, long generation, ZoneOrigins origins)
    {
        Config = config;
        Generation = generation;
        Origins = origins;
        GenerationText = Encoding.ASCII.GetBytes(generation.ToString(CultureInfo.InvariantCulture));
        NameText = Encoding.ASCII.GetBytes(config.Name);
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

    /// <summary>Where its requests go.</summary>
    public ZoneOrigins Origins { get; }

    /// <summary>The Host for the origin, or null for the visitor's own.</summary>
    public byte[]? OriginHostHeader { get; }

    /// <summary>The owner's error page, or null.</summary>
    public ReplacementPage? ErrorPage { get; }

    /// <summary>How long the origin may stay silent.</summary>
    public TimeSpan ReadTimeout { get; }

    /// <summary>Largest request body.</summary>
    public long MaxUploadBytes { get; }
}
