using System.Text;
using Holdfast.Cache.Facts;
using Holdfast.Cache.Fields;
using Holdfast.Cache.Storage;

namespace Holdfast.Cache.Decisions;

/// <summary>Updates of a stored response by a 304 or by the answer to HEAD (RFC 9111 sections 3.2, 4.3.4 and 4.3.5).</summary>
internal static class FieldUpdate
{
    /// <summary>Whether a 304 speaks of this stored response (RFC 9111 section 4.3.4).</summary>
    public static bool IsAbout<T>(StoredResponse stored, T update, in ResponseFacts facts)
        where T : IFields
    {
        if (facts.Has(ResponseTraits.EntityTag))
        {
            // One response was named in the request, so a weak tag that is the same is enough.
            return EntityTag.WeaklyEqual(ValueOf(update, FieldName.ETag), stored.EntityTag);
        }

        return facts.LastModified == HttpTime.None || stored.LastModified == HttpTime.None || facts.LastModified == stored.LastModified;
    }

    /// <summary>Whether the answer to HEAD still describes the stored answer to GET.</summary>
    /// <param name="stored">What is stored.</param>
    /// <param name="update">The fields of the answer to HEAD.</param>
    /// <param name="facts">Its facts.</param>
    public static bool HeadAgrees<T>(StoredResponse stored, T update, in ResponseFacts facts)
        where T : IFields
    {
        var length = ValueOf(update, FieldName.ContentLength);
        return facts.Status == stored.Status
            && (
                length.IsEmpty
                || (Octets.TryReadDelta(length, out var bytes) && (bytes == stored.BodyLength || bytes == Octets.LargestDelta))
            )
            && (
                !facts.Has(ResponseTraits.EntityTag)
                || (stored.Flags & StoredFlags.EntityTag) == 0
                || ValueOf(update, FieldName.ETag).SequenceEqual(stored.EntityTag)
            )
            && (facts.LastModified == HttpTime.None || stored.LastModified == HttpTime.None || facts.LastModified == stored.LastModified);
    }

    /// <summary>Writes the fields that the stored response has from now on.</summary>
    public static void Merge<T>(StoredResponse stored, T update, SavedFields into)
        where T : IFields
    {
        into.Clear();
        foreach (var field in stored.Fields)
        {
            // Its Date was when it was made; the update's, or now, is when it was confirmed.
            if (field.Known != FieldName.Date && !IsUpdated(update, field.Name))
            {
                into.Add(field.Name, field.Value);
            }
        }

        for (var i = 0; i < update.Count; i++)
        {
            if (Replaces(update, update.NameAt(i)))
            {
                into.Add(update.NameAt(i), update.ValueAt(i));
            }
        }
    }

    private static bool IsUpdated<T>(T update, ReadOnlySpan<byte> name)
        where T : IFields
    {
        for (var i = 0; i < update.Count; i++)
        {
            if (Ascii.EqualsIgnoreCase(update.NameAt(i), name))
            {
                return Replaces(update, name);
            }
        }

        return false;
    }

    // Those that describe the stored bytes stay with them. Age is taken for the arithmetic and not stored.
    private static bool Replaces<T>(T update, ReadOnlySpan<byte> name)
        where T : IFields
    {
        var known = FieldNames.Find(name);
        return known == FieldName.Age
            || (
                known is not (FieldName.ContentEncoding or FieldName.ContentRange or FieldName.ContentLength)
                && !FieldNames.IsNeverStored(known)
                && !FieldNames.IsListed(update, FieldName.Connection, name)
            );
    }

    private static ReadOnlySpan<byte> ValueOf<T>(T fields, FieldName name)
        where T : IFields
    {
        for (var i = 0; i < fields.Count; i++)
        {
            if (fields.FieldAt(i) == name)
            {
                return fields.ValueAt(i);
            }
        }

        return default;
    }
}
