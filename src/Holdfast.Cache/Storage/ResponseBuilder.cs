using Holdfast.Cache.Compression;
using Holdfast.Cache.Decisions;
using Holdfast.Cache.Directives;
using Holdfast.Cache.Facts;
using Holdfast.Cache.Fields;
using Holdfast.Cache.Ranges;

namespace Holdfast.Cache.Storage;

/// <summary>Makes stored responses: key, selecting fields and fields first, the body when it is whole.</summary>
internal sealed class ResponseBuilder
{
    // Up to here key, fields and body lie in one array, well below the size from which arrays are never moved.
    private const int LargestInline = 64 * 1024;

    // Any of these forbids serving it stale (RFC 9111 section 4.2.4); s-maxage by section 5.2.2.10.
    private const Directive NeverStale =
        Directive.MustRevalidate | Directive.ProxyRevalidate | Directive.SharedMaxAge | Directive.NoCache | Directive.Unreadable;

    private readonly byte[] _head;
    private StoredResponseParts _parts;

    private ResponseBuilder(byte[] head, in StoredResponseParts parts)
    {
        _head = head;
        _parts = parts;
    }

    /// <summary>Takes everything but the body. A 206 becomes a 200 of which some bytes are missing.</summary>
    /// <param name="key">The key.</param>
    /// <param name="selecting">The selecting fields, as <see cref="SelectingFields"/> writes them.</param>
    /// <param name="fields">The response's fields.</param>
    /// <param name="facts">Its facts.</param>
    /// <param name="freshness">Its lifetime.</param>
    /// <param name="requested">When it was asked for, milliseconds since 1970.</param>
    /// <param name="received">When its head came.</param>
    /// <param name="began">What the purges' clock showed before it was asked for.</param>
    public static ResponseBuilder Begin<T>(
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> selecting,
        T fields,
        in ResponseFacts facts,
        Freshness freshness,
        long requested,
        long received,
        long began
    )
        where T : IFields
    {
        var buffer = new ByteBuffer();
        buffer.Add(key);
        buffer.Add(selecting);
        var before = buffer.Length;
        WriteFields(buffer, fields, facts);
        var directives = facts.Directives;
        var parts = new StoredResponseParts
        {
            Hash = CacheKey.HashOf(key),
            KeyLength = key.Length,
            SelectingLength = selecting.Length,
            FieldsLength = buffer.Length - before,
            Status = facts.Status == 206 ? 200 : facts.Status,
            Flags =
                (directives.Has(Directive.NoCache | Directive.Unreadable) ? StoredFlags.AlwaysRevalidate : StoredFlags.None)
                | (directives.Has(NeverStale) ? StoredFlags.NeverStale : StoredFlags.None)
                | (directives.Has(Directive.StaleIfError) && directives.StaleIfError == 0 ? StoredFlags.NotOnError : StoredFlags.None)
                | (directives.Has(Directive.Immutable) ? StoredFlags.Immutable : StoredFlags.None)
                | (facts.Has(ResponseTraits.EntityTag) ? StoredFlags.EntityTag : StoredFlags.None)
                | (Compressibility.IsCompressible(facts.Status, fields) ? StoredFlags.Compressible : StoredFlags.None)
                | (freshness.Source == FreshnessSource.Heuristic ? StoredFlags.Heuristic : StoredFlags.None),
            Received = received,
            InitialAge = Age.Initial(facts, requested, received),
            Date = facts.Date,
            LastModified = facts.LastModified,
            Lifetime = freshness.Seconds,
            StaleWhileRevalidate = directives.Has(Directive.StaleWhileRevalidate) ? Math.Max(directives.StaleWhileRevalidate, 0) : 0,
            StaleIfError = directives.Has(Directive.StaleIfError) ? Math.Max(directives.StaleIfError, 0) : 0,
            Began = began,
        };
        return new ResponseBuilder(buffer.Written.ToArray(), parts);
    }

    /// <summary>Whether it has a strong validator.</summary>
    public bool HasStrongValidator => StrongValidator.IsThere(new StoredResponse(_parts, _head, null));

    /// <summary>Whether a strong validator says that a part with this head belongs to a stored response.</summary>
    public bool IsPartOf(StoredResponse stored) => StrongValidator.IsSame(stored, new StoredResponse(_parts, _head, null));

    /// <summary>The response with a part of its body.</summary>
    public StoredResponse End(PartialBody body) => new(_parts, _head, body);

    /// <summary>The response without its body, which is still to come.</summary>
    /// <param name="length">How long it will be, or -1.</param>
    public StoredResponse Head(long length) => StoredResponse.OfHead(_parts, _head, length);

    /// <summary>The response with its body, which is whole.</summary>
    public StoredResponse End(StoredBody body)
    {
        if (_head.Length + body.Length > LargestInline)
        {
            return new StoredResponse(_parts, _head, body);
        }

        var data = GC.AllocateUninitializedArray<byte>(_head.Length + (int)body.Length);
        _head.CopyTo(data, 0);
        body.CopyTo(data.AsSpan(_head.Length));
        return new StoredResponse(_parts, data, null);
    }

    /// <summary>The response with the body of the one it takes the place of.</summary>
    public StoredResponse End(StoredResponse before)
    {
        return before.SeparateBody is { } body
            ? new StoredResponse(_parts, _head, body)
            : new StoredResponse(_parts, [.. _head, .. before.InlineBody.Span], null);
    }

    private static void WriteFields<T>(ByteBuffer into, T fields, in ResponseFacts facts)
        where T : IFields
    {
        var qualified = facts.Directives.Has(Directive.NoCacheFields | Directive.PrivateFields);
        for (var i = 0; i < fields.Count; i++)
        {
            var name = fields.NameAt(i);
            var value = fields.ValueAt(i);
            var known = FieldNames.Find(name);
            if (
                FieldNames.IsNeverStored(known)
                || (known == FieldName.Date && !facts.Has(ResponseTraits.Date))
                || (known == FieldName.ContentRange && facts.Status == 206)
                || FieldNames.IsListed(fields, FieldName.Connection, name)
                || (qualified && QualifiedNames.Contain(fields, facts.Source, name))
            )
            {
                continue;
            }

            StoredFields.Write(into.Reserve(StoredFields.LengthOf(name, value)), known, name, value);
        }

        if (!facts.Has(ResponseTraits.Date))
        {
            // Received without one, it gets the time of its receipt (RFC 9110 section 6.6.1).
            Span<byte> date = stackalloc byte[HttpTime.Length];
            HttpTime.Format(facts.Date, date);
            StoredFields.Write(into.Reserve(StoredFields.LengthOf("Date"u8, date)), FieldName.Date, "Date"u8, date);
        }
    }
}
