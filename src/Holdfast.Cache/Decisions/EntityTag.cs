using Holdfast.Cache.Fields;

namespace Holdfast.Cache.Decisions;

/// <summary>Entity tags and their comparison (RFC 9110 section 8.8.3).</summary>
internal static class EntityTag
{
    /// <summary>Whether the tag is weak.</summary>
    public static bool IsWeak(ReadOnlySpan<byte> tag) => tag.StartsWith("W/"u8);

    /// <summary>Weak comparison: the opaque parts are equal.</summary>
    public static bool WeaklyEqual(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other) => Opaque(one).SequenceEqual(Opaque(other));

    /// <summary>Strong comparison: equal, and neither is weak.</summary>
    public static bool StronglyEqual(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other) => !IsWeak(one) && one.SequenceEqual(other);

    /// <summary>Whether a list of tags, or <c>*</c>, has a member weakly equal to this tag. An opaque part may hold commas.</summary>
    /// <param name="list">The value of If-None-Match.</param>
    /// <param name="tag">The tag; may be empty, which only <c>*</c> matches.</param>
    public static bool AnyWeaklyEqual(ReadOnlySpan<byte> list, ReadOnlySpan<byte> tag)
    {
        if (list is [(byte)'*'])
        {
            return true;
        }

        // A backslash is an ordinary byte in an entity tag, so the quoted-string splitting of other lists would be wrong here.
        while (!list.IsEmpty)
        {
            list = list.TrimStart(" \t,"u8);
            var start = list.StartsWith("W/"u8) ? 2 : 0;
            var end = -1;
            if (list.Length > start && list[start] == '"')
            {
                end = list[(start + 1)..].IndexOf((byte)'"');
                end = end < 0 ? -1 : start + end + 2;
            }

            if (end < 0)
            {
                // No entity tag: unquoted text, which some clients send, is compared as it stands.
                var comma = list.IndexOf((byte)',');
                end = comma < 0 ? list.Length : comma;
            }

            var member = Octets.Trim(list[..end]);
            if (!member.IsEmpty && !tag.IsEmpty && WeaklyEqual(member, tag))
            {
                return true;
            }

            list = list[end..];
        }

        return false;
    }

    private static ReadOnlySpan<byte> Opaque(ReadOnlySpan<byte> tag) => IsWeak(tag) ? tag[2..] : tag;
}
