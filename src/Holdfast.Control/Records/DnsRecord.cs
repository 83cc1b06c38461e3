using System.Collections.Immutable;
using Holdfast.Control.Records.Content;

namespace Holdfast.Control.Records;

/// <summary>A record of a zone. Immutable.</summary>
internal sealed record DnsRecord
{
    public required string Id { get; init; }

    public required RecordValues Values { get; init; }

    /// <summary>Its ETag: goes up with every change of its values.</summary>
    public required long Generation { get; init; }

    public required DateTime CreatedAt { get; init; }

    public required DateTime ModifiedAt { get; init; }

    /// <summary>When the comment was last changed; null without a comment.</summary>
    public DateTime? CommentModifiedAt { get; init; }

    /// <summary>When the tags were last changed; null without tags.</summary>
    public DateTime? TagsModifiedAt { get; init; }
}

/// <summary>What the owner of a record says about it, canonical.</summary>
internal sealed record RecordValues
{
    /// <summary>The absolute name, in the zone.</summary>
    public required string Name { get; init; }

    public required RecordType Type { get; init; }

    /// <summary>The canonical content, without the priority.</summary>
    public required string Content { get; init; }

    /// <summary>0 to 65,535 for the types that have one, otherwise null.</summary>
    public int? Priority { get; init; }

    /// <summary>Seconds; <see cref="RecordLimits.AutomaticTtl"/> leaves it to the server.</summary>
    public int Ttl { get; init; } = RecordLimits.AutomaticTtl;

    /// <summary>Whether visitors go through the edge.</summary>
    public bool Proxied { get; init; }

    /// <summary>A note, or null.</summary>
    public string? Comment { get; init; }

    /// <summary><c>name:value</c> each.</summary>
    public ImmutableArray<string> Tags { get; init; } = [];

    public RecordSettings Settings { get; init; } = new();

    /// <summary>Whether the two say the same to a resolver, TTL aside: a zone holds only one such record.</summary>
    public bool IsIdentical(RecordValues other) =>
        Name == other.Name && Type == other.Type && Priority == other.Priority && Content == other.Content;

    public bool Equals(RecordValues? other) =>
        other is not null
        && IsIdentical(other)
        && Ttl == other.Ttl
        && Proxied == other.Proxied
        && Comment == other.Comment
        && Tags.AsSpan().SequenceEqual(other.Tags.AsSpan())
        && Settings == other.Settings;

    public override int GetHashCode() => HashCode.Combine(Name, Type, Content, Priority);
}

/// <summary>How a name server answers for the record; they change nothing at the edge.</summary>
/// <param name="IPv4Only">A proxied record answers with IPv4 addresses alone.</param>
/// <param name="IPv6Only">A proxied record answers with IPv6 addresses alone.</param>
/// <param name="FlattenCname">A CNAME that is not proxied answers with its target's addresses.</param>
internal sealed record RecordSettings(bool IPv4Only = false, bool IPv6Only = false, bool FlattenCname = false);

/// <summary>What records can be at most.</summary>
internal static class RecordLimits
{
    /// <summary>Most records of a zone: what Cloudflare's paid plans give. It bounds a zone's release and the time of a change.</summary>
    public const int MostInZone = 3_500;

    /// <summary>The TTL that stands for "automatic".</summary>
    public const int AutomaticTtl = 1;

    /// <summary>Shortest TTL in seconds, Cloudflare's for Enterprise zones.</summary>
    public const int LeastTtl = 30;

    /// <summary>Longest TTL in seconds.</summary>
    public const int MostTtl = 86_400;

    /// <summary>Longest comment in characters.</summary>
    public const int MostComment = 100;

    /// <summary>Most tags of a record.</summary>
    public const int MostTags = 20;

    /// <summary>Longest name of a tag in characters.</summary>
    public const int MostTagName = 32;

    /// <summary>Longest value of a tag in characters.</summary>
    public const int MostTagValue = 100;
}
