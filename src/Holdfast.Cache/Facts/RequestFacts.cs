using Holdfast.Cache.Directives;
using Holdfast.Cache.Fields;

namespace Holdfast.Cache.Facts;

/// <summary>What a method means to a cache (RFC 9110 section 9.2).</summary>
public enum CacheMethod : byte
{
    /// <summary>GET: stored and reused.</summary>
    Get,

    /// <summary>HEAD: answered from a stored GET, and updates it.</summary>
    Head,

    /// <summary>OPTIONS and TRACE: safe, passed on.</summary>
    Safe,

    /// <summary>Any other, known or not: passed on, and invalidates what it may have changed (RFC 9111 section 4.4).</summary>
    Unsafe,
}

/// <summary>Fields of a request that change what a cache does.</summary>
[Flags]
public enum RequestTraits : ushort
{
    /// <summary>None of them.</summary>
    None = 0,

    /// <summary>Authorization is there.</summary>
    Authorization = 1,

    /// <summary>If-Match or If-Unmodified-Since is there, which only the origin can judge.</summary>
    OriginCondition = 1 << 1,

    /// <summary>If-None-Match is there.</summary>
    IfNoneMatch = 1 << 2,

    /// <summary>If-Modified-Since is there.</summary>
    IfModifiedSince = 1 << 3,

    /// <summary>Range is there.</summary>
    Range = 1 << 4,

    /// <summary>Pragma: no-cache is there, and no Cache-Control.</summary>
    PragmaNoCache = 1 << 5,

    /// <summary>
    /// A field is there by which some origins take it for a request with another method, target, host or scheme than the key has: what they
    /// answer is no answer to anybody else's.
    /// </summary>
    Disguise = 1 << 6,

    /// <summary>Its zone's rules may have answers of any type in a content coding.</summary>
    AnyTypeCoded = 1 << 7,
}

/// <summary>What a cache needs to know of a request, collected in one pass over its fields.</summary>
public readonly record struct RequestFacts
{
    /// <summary>Its method.</summary>
    public CacheMethod Method { get; internal init; }

    /// <summary>Which fields it has.</summary>
    public RequestTraits Traits { get; internal init; }

    /// <summary>Its Cache-Control.</summary>
    public CacheDirectives Directives { get; private init; }

    /// <summary>Whether it has any of these.</summary>
    public bool Has(RequestTraits any) => (Traits & any) != 0;

    /// <summary>Reads a request.</summary>
    public static RequestFacts Of<T>(ReadOnlySpan<byte> method, T fields)
        where T : IFields
    {
        var traits = RequestTraits.None;
        var directives = default(CacheDirectives);
        var pragma = false;
        var control = false;
        for (var i = 0; i < fields.Count; i++)
        {
            switch (fields.FieldAt(i))
            {
                case FieldName.Authorization:
                    traits |= RequestTraits.Authorization;
                    break;
                case FieldName.IfMatch or FieldName.IfUnmodifiedSince:
                    traits |= RequestTraits.OriginCondition;
                    break;
                case FieldName.IfNoneMatch:
                    traits |= RequestTraits.IfNoneMatch;
                    break;
                case FieldName.IfModifiedSince:
                    traits |= RequestTraits.IfModifiedSince;
                    break;
                case FieldName.Range:
                    traits |= RequestTraits.Range;
                    break;
                case FieldName.CacheControl:
                    control = true;
                    directives.Add(fields.ValueAt(i));
                    break;
                case FieldName.XHost
                or FieldName.XHttpMethod
                or FieldName.XHttpMethodOverride
                or FieldName.XMethodOverride
                or FieldName.XOriginalUrl
                or FieldName.XRewriteUrl:
                    traits |= RequestTraits.Disguise;
                    break;
                case FieldName.XForwardedScheme when !IsScheme(fields.ValueAt(i)):
                    traits |= RequestTraits.Disguise;
                    break;
                case FieldName.Pragma:
                    pragma |= SaysNoCache(fields.ValueAt(i));
                    break;
            }
        }

        return new RequestFacts
        {
            Method = MethodOf(method),
            Traits = pragma && !control ? traits | RequestTraits.PragmaNoCache : traits,
            Directives = directives,
        };
    }

    /// <summary>What a method means; methods are case-sensitive.</summary>
    public static CacheMethod MethodOf(ReadOnlySpan<byte> method) =>
        method.SequenceEqual("GET"u8) ? CacheMethod.Get
        : method.SequenceEqual("HEAD"u8) ? CacheMethod.Head
        : method.SequenceEqual("OPTIONS"u8) || method.SequenceEqual("TRACE"u8) ? CacheMethod.Safe
        : CacheMethod.Unsafe;

    // Balancers in front of an edge say one of these with every request.
    private static bool IsScheme(ReadOnlySpan<byte> value) => value.SequenceEqual("http"u8) || value.SequenceEqual("https"u8);

    private static bool SaysNoCache(ReadOnlySpan<byte> pragma)
    {
        var members = new DirectiveReader(pragma);
        while (members.MoveNext())
        {
            if (DirectiveNames.Find(members.Name) == Directive.NoCache)
            {
                return true;
            }
        }

        return false;
    }
}
