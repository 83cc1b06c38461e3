using System.Text;

namespace Holdfast.Cache.Directives;

/// <summary>The cache directives that are understood. Any other is ignored (RFC 9111 section 5.2.3).</summary>
[Flags]
public enum Directive
{
    /// <summary>None of them.</summary>
    None = 0,

    /// <summary>RFC 9111 sections 5.2.1.1 and 5.2.2.1.</summary>
    MaxAge = 1,

    /// <summary>RFC 9111 section 5.2.2.10.</summary>
    SharedMaxAge = 1 << 1,

    /// <summary>RFC 9111 sections 5.2.1.4 and 5.2.2.4, without field names.</summary>
    NoCache = 1 << 2,

    /// <summary>RFC 9111 section 5.2.2.4, with field names.</summary>
    NoCacheFields = 1 << 3,

    /// <summary>RFC 9111 sections 5.2.1.5 and 5.2.2.5.</summary>
    NoStore = 1 << 4,

    /// <summary>RFC 9111 section 5.2.2.7, without field names.</summary>
    Private = 1 << 5,

    /// <summary>RFC 9111 section 5.2.2.7, with field names.</summary>
    PrivateFields = 1 << 6,

    /// <summary>RFC 9111 section 5.2.2.9.</summary>
    Public = 1 << 7,

    /// <summary>RFC 9111 section 5.2.2.2.</summary>
    MustRevalidate = 1 << 8,

    /// <summary>RFC 9111 section 5.2.2.8.</summary>
    ProxyRevalidate = 1 << 9,

    /// <summary>RFC 9111 section 5.2.2.3.</summary>
    MustUnderstand = 1 << 10,

    /// <summary>RFC 8246.</summary>
    Immutable = 1 << 11,

    /// <summary>RFC 5861 section 3.</summary>
    StaleWhileRevalidate = 1 << 12,

    /// <summary>RFC 5861 section 4.</summary>
    StaleIfError = 1 << 13,

    /// <summary>RFC 9111 section 5.2.1.2.</summary>
    MaxStale = 1 << 14,

    /// <summary>RFC 9111 section 5.2.1.3.</summary>
    MinFresh = 1 << 15,

    /// <summary>RFC 9111 section 5.2.1.7.</summary>
    OnlyIfCached = 1 << 16,

    /// <summary>Directives that cannot be read, since a quoted string does not end: whatever they say, the answer is not used unasked.</summary>
    Unreadable = 1 << 17,
}

/// <summary>Finds directives by name.</summary>
internal static class DirectiveNames
{
    private static readonly (byte[] Text, Directive Directive)[] All =
    [
        ("max-age"u8.ToArray(), Directive.MaxAge),
        ("s-maxage"u8.ToArray(), Directive.SharedMaxAge),
        ("no-cache"u8.ToArray(), Directive.NoCache),
        ("no-store"u8.ToArray(), Directive.NoStore),
        ("private"u8.ToArray(), Directive.Private),
        ("public"u8.ToArray(), Directive.Public),
        ("must-revalidate"u8.ToArray(), Directive.MustRevalidate),
        ("proxy-revalidate"u8.ToArray(), Directive.ProxyRevalidate),
        ("must-understand"u8.ToArray(), Directive.MustUnderstand),
        ("immutable"u8.ToArray(), Directive.Immutable),
        ("stale-while-revalidate"u8.ToArray(), Directive.StaleWhileRevalidate),
        ("stale-if-error"u8.ToArray(), Directive.StaleIfError),
        ("max-stale"u8.ToArray(), Directive.MaxStale),
        ("min-fresh"u8.ToArray(), Directive.MinFresh),
        ("only-if-cached"u8.ToArray(), Directive.OnlyIfCached),
    ];

    /// <summary>The directive of this name, without regard to case.</summary>
    public static Directive Find(ReadOnlySpan<byte> name)
    {
        foreach (var (text, directive) in All)
        {
            if (text.Length == name.Length && Ascii.EqualsIgnoreCase(text, name))
            {
                return directive;
            }
        }

        return Directive.None;
    }

    /// <summary>The directive with exactly this name: the keys of a targeted field are in lower case (RFC 9651 section 3.2).</summary>
    public static Directive FindExact(ReadOnlySpan<byte> name)
    {
        var found = Find(name);
        return name.ContainsAnyInRange((byte)'A', (byte)'Z') ? Directive.None : found;
    }
}
