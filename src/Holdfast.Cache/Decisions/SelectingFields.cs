using System.Buffers.Binary;
using System.Text;
using Holdfast.Cache.Fields;
using Holdfast.Cache.Storage;

namespace Holdfast.Cache.Decisions;

/// <summary>
/// The request's fields that select a stored response (RFC 9111 section 4.1), kept with it as pairs: length of the name (2), length of the
/// value (4, -1 when the request did not have the field), name in lower case, value in its normal form.
/// </summary>
internal static class SelectingFields
{
    private const int HeadLength = 6;

    /// <summary>
    /// Writes what a response's Vary selects from its request. A coded response without a word about Accept-Encoding is selected by that
    /// too: a visitor that cannot read the coding must not get it because another one could.
    /// </summary>
    public static void Write<TResponse, TRequest>(ByteBuffer into, TResponse response, TRequest request)
        where TResponse : IFields
        where TRequest : IFields
    {
        var isCoded = false;
        var variesOnCoding = false;
        for (var i = 0; i < response.Count; i++)
        {
            var field = response.FieldAt(i);
            isCoded |= field == FieldName.ContentEncoding && !Ascii.EqualsIgnoreCase(response.ValueAt(i), "identity"u8);
            if (field != FieldName.Vary)
            {
                continue;
            }

            var names = new FieldList(response.ValueAt(i));
            while (names.MoveNext())
            {
                WriteOne(into, names.Current, request);
                variesOnCoding |= FieldNames.Find(names.Current) == FieldName.AcceptEncoding;
            }
        }

        if (isCoded && !variesOnCoding)
        {
            WriteOne(into, "accept-encoding"u8, request);
        }
    }

    /// <summary>Writes what a request would select under the names that were kept for another one.</summary>
    public static void WriteAlike<T>(ByteBuffer into, ReadOnlySpan<byte> kept, T request)
        where T : IFields
    {
        while (!kept.IsEmpty)
        {
            var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(kept);
            var valueLength = BinaryPrimitives.ReadInt32LittleEndian(kept[2..]);
            WriteOne(into, kept.Slice(HeadLength, nameLength), request);
            kept = kept[(HeadLength + nameLength + Math.Max(valueLength, 0))..];
        }
    }

    /// <summary>Whether a request selects what was kept.</summary>
    /// <param name="kept">As <see cref="Write"/> wrote it; nothing selects every request.</param>
    /// <param name="request">The request's fields.</param>
    /// <param name="scratch">Room for normal forms.</param>
    public static bool Match<T>(ReadOnlySpan<byte> kept, T request, ByteBuffer scratch)
        where T : IFields
    {
        while (!kept.IsEmpty)
        {
            var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(kept);
            var valueLength = BinaryPrimitives.ReadInt32LittleEndian(kept[2..]);
            var name = kept.Slice(HeadLength, nameLength);
            var value = kept.Slice(HeadLength + nameLength, Math.Max(valueLength, 0));
            kept = kept[(HeadLength + nameLength + Math.Max(valueLength, 0))..];
            scratch.Clear();
            var present = NormalForm.Write(scratch, name, request);
            if (present != (valueLength >= 0) || !scratch.Written.SequenceEqual(value))
            {
                return false;
            }
        }

        return true;
    }

    private static void WriteOne<T>(ByteBuffer into, ReadOnlySpan<byte> name, T request)
        where T : IFields
    {
        var start = into.Length;
        into.Reserve(HeadLength);
        into.AddLower(name);
        var valueStart = into.Length;
        var present = NormalForm.Write(into, name, request);
        var head = into.Written[start..];
        BinaryPrimitives.WriteUInt16LittleEndian(head, checked((ushort)name.Length));
        BinaryPrimitives.WriteInt32LittleEndian(head[2..], present ? into.Length - valueStart : -1);
    }
}
