using YamlDotNet.RepresentationModel;

namespace Holdfast.Cli.Declarative;

/// <summary>A zone as a file wants it. What the file does not name is left as it is.</summary>
/// <param name="Name">The zone's canonical name.</param>
/// <param name="Place">File and line, for messages.</param>
internal sealed record DesiredZone(string Name, string Place)
{
    /// <summary>Whether the file says anything about the origin.</summary>
    public bool HasOrigin { get; init; }

    /// <summary>The origin in canonical form, or null for none.</summary>
    public string? Origin { get; init; }

    /// <summary>The settings that are named, each as it stands in the file.</summary>
    public IReadOnlyDictionary<string, YamlNode> Settings { get; init; } = new Dictionary<string, YamlNode>();

    /// <summary>All records that the zone shall have, or null when the file says nothing about records.</summary>
    public IReadOnlyList<DesiredRecord>? Records { get; init; }
}

/// <summary>A DNS record as a file wants it.</summary>
/// <param name="Name">The whole name.</param>
/// <param name="Type">In capitals.</param>
/// <param name="Content">What the type asks for.</param>
/// <param name="Place">File and line, for messages.</param>
internal sealed record DesiredRecord(string Name, string Type, string Content, string Place)
{
    /// <summary>Seconds; 1 is automatic.</summary>
    public int Ttl { get; init; } = 1;

    /// <summary>Whether the name is served through the edge.</summary>
    public bool Proxied { get; init; }

    /// <summary>For MX and URI; null for other types.</summary>
    public int? Priority { get; init; }

    /// <summary>A note; empty for none.</summary>
    public string Comment { get; init; } = "";

    /// <summary>Tags, in order of the alphabet.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];
}
