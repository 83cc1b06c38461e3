namespace Holdfast.Cache.Storage;

/// <summary>What is remembered of a stored response's facts, so that a reuse reads no field.</summary>
[Flags]
public enum StoredFlags : ushort
{
    /// <summary>None of these.</summary>
    None = 0,

    /// <summary>It must be revalidated before every reuse (<c>no-cache</c>).</summary>
    AlwaysRevalidate = 1,

    /// <summary>It must never be served stale: <c>must-revalidate</c>, <c>proxy-revalidate</c>, <c>s-maxage</c> or <c>no-cache</c>.</summary>
    NeverStale = 1 << 1,

    /// <summary>It has an ETag.</summary>
    EntityTag = 1 << 2,

    /// <summary>Its lifetime is a guess.</summary>
    Heuristic = 1 << 3,

    /// <summary><c>immutable</c> (RFC 8246): while it is fresh, a visitor's reload does not ask the origin.</summary>
    Immutable = 1 << 4,

    /// <summary>The edge may send it in another content coding (<see cref="Compression.Compressibility"/>).</summary>
    Compressible = 1 << 5,

    /// <summary><c>stale-if-error=0</c>: it is not served stale because of an error, nor when the origin gives no answer.</summary>
    NotOnError = 1 << 6,
}
