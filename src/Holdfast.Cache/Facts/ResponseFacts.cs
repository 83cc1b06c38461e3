using Holdfast.Cache.Directives;
using Holdfast.Cache.Fields;
using Holdfast.Cache.Purging;
using Holdfast.Cache.Ranges;

namespace Holdfast.Cache.Facts;

/// <summary>Fields of a response that change what a cache does.</summary>
[Flags]
public enum ResponseTraits : ushort
{
    /// <summary>None of them.</summary>
    None = 0,

    /// <summary>Set-Cookie is there.</summary>
    SetCookie = 1,

    /// <summary>ETag is there; also one without its quotes, which its origin will know again.</summary>
    EntityTag = 1 << 1,

    /// <summary>Vary is there.</summary>
    Vary = 1 << 2,

    /// <summary>Vary has the member <c>*</c>, or a member that is no field name.</summary>
    VaryStar = 1 << 3,

    /// <summary>Expires is there, whatever it says.</summary>
    Expires = 1 << 4,

    /// <summary>A targeted field decides, and Cache-Control and Expires are ignored (RFC 9213 section 2.2).</summary>
    Targeted = 1 << 5,

    /// <summary>Date is there and is a date.</summary>
    Date = 1 << 6,

    /// <summary>Cache-Control is there.</summary>
    CacheControl = 1 << 7,

    /// <summary>Cache-Tag has more tags, or more bytes, than are read.</summary>
    TooManyTags = 1 << 8,
}

/// <summary>What a cache needs to know of a response, collected from its fields. Times are seconds since 1970 or <see cref="HttpTime.None"/>.</summary>
public readonly record struct ResponseFacts
{
    /// <summary>Its status.</summary>
    public int Status { get; private init; }

    /// <summary>Which fields it has.</summary>
    public ResponseTraits Traits { get; private init; }

    /// <summary>The directives that count here: the first usable targeted field's, otherwise Cache-Control's.</summary>
    public CacheDirectives Directives { get; private init; }

    /// <summary>Which field <see cref="Directives"/> come from.</summary>
    public FieldName Source { get; private init; }

    /// <summary>Date, or when it was received if that is missing or no date (RFC 9110 section 6.6.1).</summary>
    public long Date { get; private init; }

    /// <summary>Expires; <see cref="HttpTime.None"/> also when it is no date or there are several that differ.</summary>
    public long Expires { get; private init; }

    /// <summary>Last-Modified.</summary>
    public long LastModified { get; private init; }

    /// <summary>Age as received, in seconds; 0 without a usable one (RFC 9111 section 5.1).</summary>
    public long Age { get; private init; }

    /// <summary>Which bytes a 206 brings.</summary>
    public ContentRange Part { get; private init; }

    /// <summary>Whether it has any of these.</summary>
    public bool Has(ResponseTraits any) => (Traits & any) != 0;

    /// <summary>Whether it can be revalidated.</summary>
    public bool HasValidator => Has(ResponseTraits.EntityTag) || LastModified != HttpTime.None;

    /// <summary>The same response, had its origin said this and nothing else of its lifetime.</summary>
    internal ResponseFacts Saying(in CacheDirectives directives) =>
        this with
        {
            Directives = directives,
            Traits = (Traits | ResponseTraits.CacheControl) & ~(ResponseTraits.Expires | ResponseTraits.Targeted),
            Expires = HttpTime.None,
            Age = 0,
        };

    /// <summary>Reads a response.</summary>
    /// <param name="status">Its status.</param>
    /// <param name="fields">Its fields.</param>
    /// <param name="received">When its head was received, seconds since 1970.</param>
    public static ResponseFacts Of<T>(int status, T fields, long received)
        where T : IFields
    {
        var traits = ResponseTraits.None;
        var directives = default(CacheDirectives);
        long date = HttpTime.None,
            expires = HttpTime.None,
            lastModified = HttpTime.None;
        long age = -1;
        var targets = false;
        int tags = 0,
            tagBytes = 0;
        var part = default(ContentRange);
        for (var i = 0; i < fields.Count; i++)
        {
            var value = fields.ValueAt(i);
            switch (fields.FieldAt(i))
            {
                case FieldName.CacheControl:
                    traits |= ResponseTraits.CacheControl;
                    directives.Add(value);
                    break;
                case FieldName.CdnCacheControl or FieldName.CloudflareCdnCacheControl:
                    targets = true;
                    break;
                case FieldName.CacheTag:
                    tags += value.Count((byte)',') + 1;
                    tagBytes += value.Length;
                    break;
                case FieldName.SetCookie:
                    traits |= ResponseTraits.SetCookie;
                    break;
                case FieldName.ETag when !value.IsEmpty:
                    traits |= ResponseTraits.EntityTag;
                    break;
                case FieldName.Vary:
                    traits |= ResponseTraits.Vary | (HasStar(value) ? ResponseTraits.VaryStar : ResponseTraits.None);
                    break;
                case FieldName.Date when date == HttpTime.None && HttpTime.TryParse(value, received, out date):
                    traits |= ResponseTraits.Date;
                    break;
                case FieldName.LastModified when lastModified == HttpTime.None:
                    HttpTime.TryParse(value, received, out lastModified);
                    break;
                case FieldName.Age when age < 0:
                    age = AgeOf(value);
                    break;
                case FieldName.ContentRange when status == 206:
                    part = ContentRange.Parse(value);
                    break;
                case FieldName.Expires:
                    HttpTime.TryParse(value, received, out var moment);
                    expires = (traits & ResponseTraits.Expires) == 0 || expires == moment ? moment : HttpTime.None;
                    traits |= ResponseTraits.Expires;
                    break;
            }
        }

        traits |= tags > CacheTags.MostTags || tagBytes > CacheTags.MostBytes ? ResponseTraits.TooManyTags : ResponseTraits.None;
        var source = FieldName.CacheControl;
        if (targets && TryTargeted(fields, out var targeted, ref source))
        {
            directives = targeted;
            traits = (traits | ResponseTraits.Targeted) & ~(ResponseTraits.Expires | ResponseTraits.CacheControl);
            expires = HttpTime.None;
        }

        return new ResponseFacts
        {
            Status = status,
            Traits = traits,
            Directives = directives,
            Source = source,
            Date = date == HttpTime.None ? received : date,
            Expires = expires,
            LastModified = lastModified,
            Age = Math.Max(age, 0),
            Part = part,
        };
    }

    // The target list, most specific first: the first usable one decides alone (RFC 9213 section 2.2).
    private static bool TryTargeted<T>(T fields, out CacheDirectives directives, ref FieldName source)
        where T : IFields
    {
        foreach (var target in (ReadOnlySpan<FieldName>)[FieldName.CloudflareCdnCacheControl, FieldName.CdnCacheControl])
        {
            if (TargetedField.TryRead(fields, target, out directives))
            {
                source = target;
                return true;
            }
        }

        directives = default;
        return false;
    }

    // The first member of what ought to be a single value counts; what is no number counts as none (RFC 9111 section 5.1).
    private static long AgeOf(ReadOnlySpan<byte> value)
    {
        var comma = value.IndexOf((byte)',');
        return Octets.TryReadDelta(Octets.Trim(comma < 0 ? value : value[..comma]), out var seconds) ? seconds : 0;
    }

    private static bool HasStar(ReadOnlySpan<byte> vary)
    {
        var members = new FieldList(vary);
        while (members.MoveNext())
        {
            if (members.Current is [(byte)'*'] || Octets.TokenLength(members.Current) != members.Current.Length)
            {
                return true;
            }
        }

        return false;
    }
}
