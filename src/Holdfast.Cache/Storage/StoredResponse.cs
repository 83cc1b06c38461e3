using Holdfast.Cache.Compression;
using Holdfast.Cache.Decisions;
using Holdfast.Cache.Disk;
using Holdfast.Cache.Fields;
using Holdfast.Cache.Ranges;

namespace Holdfast.Cache.Storage;

/// <summary>
/// One stored response: its key, its selecting fields, its fields and, when it is small, its body in one array; a large body in segments.
/// What it says never changes: an update makes a new one. Times are milliseconds since 1970 where not said otherwise.
/// </summary>
public sealed class StoredResponse
{
    /// <summary>
    /// What one costs beside its bytes: this object (152), the array's head (24) and its place in the index (at most 16, since the index
    /// is at least half full). Measured by a test.
    /// </summary>
    public const int Overhead = 192;

    private readonly byte[] _data;
    private readonly BodyBytes? _body;
    private readonly int _keyLength;
    private readonly int _selectingLength;
    private readonly int _fieldsLength;
    private int _claims;

    internal StoredResponse(StoredResponseParts parts, byte[] data, BodyBytes? body)
    {
        _data = data;
        _body = body;
        _keyLength = parts.KeyLength;
        _selectingLength = parts.SelectingLength;
        _fieldsLength = parts.FieldsLength;
        Hash = parts.Hash;
        Status = (ushort)parts.Status;
        Flags = parts.Flags;
        Received = parts.Received;
        InitialAge = parts.InitialAge;
        Date = parts.Date;
        LastModified = parts.LastModified;
        Lifetime = (uint)parts.Lifetime;
        StaleWhileRevalidate = (uint)parts.StaleWhileRevalidate;
        StaleIfError = (uint)parts.StaleIfError;
        Began = parts.Began;
    }

    /// <summary>Its key: scheme, host and target, as <see cref="CacheKey"/> makes it.</summary>
    public ReadOnlySpan<byte> Key => _data.AsSpan(0, _keyLength);

    /// <summary>Its status.</summary>
    public ushort Status { get; }

    /// <summary>What is remembered of its facts.</summary>
    public StoredFlags Flags { get; }

    /// <summary>When its head was received, or last confirmed by a 304.</summary>
    public long Received { get; }

    /// <summary>How old it was then, milliseconds.</summary>
    public long InitialAge { get; }

    /// <summary>Its Date, seconds since 1970.</summary>
    public long Date { get; }

    /// <summary>Its Last-Modified, seconds since 1970, or <see cref="HttpTime.None"/>.</summary>
    public long LastModified { get; }

    /// <summary>How long it is fresh, seconds.</summary>
    public uint Lifetime { get; }

    /// <summary>For how many seconds it may then be served while it is revalidated (RFC 5861 section 3).</summary>
    public uint StaleWhileRevalidate { get; }

    /// <summary>For how many seconds it may then be served instead of an error (RFC 5861 section 4).</summary>
    public uint StaleIfError { get; }

    /// <summary>The bytes of its whole body, of which some may be missing; -1 while it arrives and nobody knows.</summary>
    public long BodyLength => _body?.Length ?? _data.Length - _keyLength - _selectingLength - _fieldsLength;

    /// <summary>Whether only some of the body's bytes are stored (RFC 9111 section 3.3).</summary>
    public bool IsPartial => _body is PartialBody;

    /// <summary>Its body when that is not in memory, so that it has to be read first; else null.</summary>
    public DiskBody? OnDisk => _body as DiskBody;

    /// <summary>How many bytes of memory it takes.</summary>
    public long Cost => Overhead + _data.Length + (_body?.Cost ?? 0) + (Encoded?.Cost ?? 0);

    /// <summary>Its fields, as they are sent with a reuse; without Age, which is computed.</summary>
    public StoredFields Fields => new(_data.AsSpan(_keyLength + _selectingLength, _fieldsLength));

    /// <summary>Its ETag, or empty.</summary>
    public ReadOnlySpan<byte> EntityTag => Find(FieldName.ETag);

    internal ulong Hash { get; }

    internal ReadOnlySpan<byte> Selecting => _data.AsSpan(_keyLength, _selectingLength);

    internal BodyBytes? SeparateBody => _body;

    internal ReadOnlyMemory<byte> InlineBody => _data.AsMemory(_keyLength + _selectingLength + _fieldsLength);

    // The body in content codings, made when first asked for; changed under the eviction queue's lock, read without.
    internal EncodedBodies? Encoded;

    // The index' chain; changed under its shard's lock, read without.
    internal StoredResponse? NextInBucket;

    // The eviction queue's; all changed under its lock, except Frequency, which a hit raises without one.
    internal StoredResponse? QueuePrevious;
    internal StoredResponse? QueueNext;
    internal byte Queue;
    internal byte Frequency;

    // What the purges' clock showed when the origin was asked, or when it was last compared with the marks; raised by anybody.
    internal long Began;

    // Whether the index holds it; changed under its shard's lock.
    internal volatile bool IsIndexed;

    /// <summary>Its text: key, selecting fields and fields in one row.</summary>
    internal ReadOnlySpan<byte> Text => _data.AsSpan(0, _keyLength + _selectingLength + _fieldsLength);

    /// <summary>What it is made of beside its bytes.</summary>
    internal StoredResponseParts Parts =>
        new()
        {
            Hash = Hash,
            KeyLength = _keyLength,
            SelectingLength = _selectingLength,
            FieldsLength = _fieldsLength,
            Status = Status,
            Flags = Flags,
            Received = Received,
            InitialAge = InitialAge,
            Date = Date,
            LastModified = LastModified,
            Lifetime = Lifetime,
            StaleWhileRevalidate = StaleWhileRevalidate,
            StaleIfError = StaleIfError,
            Began = Began,
        };

    /// <summary>The same once more, in no index and no queue.</summary>
    internal StoredResponse Again() => new(Parts, _data, _body);

    /// <summary>A response whose body is still to come, and is not here.</summary>
    internal static StoredResponse OfHead(StoredResponseParts parts, byte[] head, long length) => new(parts, head, new AwaitedBody(length));

    /// <summary>How old it is, milliseconds (RFC 9111 section 4.2.3).</summary>
    public long AgeAt(long now) => Age.Current(InitialAge, Received, now);

    /// <summary>How much longer it is fresh, milliseconds; negative when it is stale.</summary>
    public long FreshFor(long now) => (Lifetime * 1000L) - AgeAt(now);

    /// <summary>A piece of the body.</summary>
    /// <param name="offset">From which byte, 0 to <see cref="BodyLength"/>.</param>
    /// <returns>What lies together from there on; empty at the end, and where a byte is not stored.</returns>
    public ReadOnlyMemory<byte> BodyAt(long offset) => _body is null ? InlineBody[(int)offset..] : _body.At(offset);

    /// <summary>Whether these bytes of the body are stored.</summary>
    public bool Has(ByteRange range) => _body is not PartialBody parts || parts.Covers(range);

    /// <summary>The first field of this name, or empty.</summary>
    public ReadOnlySpan<byte> Find(FieldName name)
    {
        foreach (var field in Fields)
        {
            if (field.Known == name)
            {
                return field.Value;
            }
        }

        return default;
    }

    /// <summary>The body in a content coding, if it was made; empty when that would be no smaller than the body itself.</summary>
    public StoredBody? BodyIn(ContentCoding coding) => Volatile.Read(ref Encoded)?.In(coding);

    /// <summary>Claims the making of the body in a content coding. One at a time: false while somebody else has it.</summary>
    public bool TryBeginEncoding(ContentCoding coding) => TryClaim(1 << (int)coding);

    /// <summary>Gives that claim back.</summary>
    public void EndEncoding(ContentCoding coding) => Interlocked.And(ref _claims, ~(1 << (int)coding));

    /// <summary>Claims the revalidation of this response. One at a time: false while somebody else has it.</summary>
    public bool TryBeginRevalidation() => TryClaim(1);

    /// <summary>Gives the claim back.</summary>
    public void EndRevalidation() => Interlocked.And(ref _claims, ~1);

    private bool TryClaim(int claim) => (Interlocked.Or(ref _claims, claim) & claim) == 0;
}
