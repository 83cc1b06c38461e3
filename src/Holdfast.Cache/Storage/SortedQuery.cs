using System.Text;
using Holdfast.Cache.Purging;

namespace Holdfast.Cache.Storage;

/// <summary>
/// A query string with its parameters in order: for keys to which the order means nothing. Those of the same name are ordered by their
/// values. The order is that of the form in which purges compare targets, so that a URL is purged however it was escaped.
/// </summary>
internal static class SortedQuery
{
    // A longer one keeps its order: real queries have a dozen parameters, and whoever sends thousands pays for it alone.
    private const int MostParameters = 128;

    /// <summary>Appends a query in order.</summary>
    /// <param name="into">Where to.</param>
    /// <param name="query">From the question mark on, or empty.</param>
    public static void Write(ByteBuffer into, ReadOnlySpan<byte> query)
    {
        Span<(int Start, int Length)> parameters = stackalloc (int, int)[MostParameters];
        if (query is not [(byte)'?', _, ..] || !TrySplit(query, ref parameters))
        {
            into.Add(query);
            return;
        }

        // Nearly always in order already, or a handful: an insertion sort, which keeps what is alike in its order.
        for (var i = 1; i < parameters.Length; i++)
        {
            var moved = parameters[i];
            var at = i;
            while (
                at > 0
                && Compare(query.Slice(moved.Start, moved.Length), query.Slice(parameters[at - 1].Start, parameters[at - 1].Length)) < 0
            )
            {
                parameters[at] = parameters[at - 1];
                at--;
            }

            parameters[at] = moved;
        }

        for (var i = 0; i < parameters.Length; i++)
        {
            into.Add((byte)(i == 0 ? '?' : '&'));
            into.Add(query.Slice(parameters[i].Start, parameters[i].Length));
        }
    }

    /// <summary>The same of a text.</summary>
    public static string Of(string query)
    {
        var into = new ByteBuffer();
        Write(into, Encoding.UTF8.GetBytes(query));
        return Encoding.UTF8.GetString(into.Written);
    }

    private static bool TrySplit(ReadOnlySpan<byte> query, ref Span<(int Start, int Length)> parameters)
    {
        var count = 0;
        for (var start = 1; start <= query.Length; )
        {
            if (count == parameters.Length)
            {
                return false;
            }

            var length = query[start..].IndexOf((byte)'&');
            length = length < 0 ? query.Length - start : length;
            parameters[count++] = (start, length);
            start += length + 1;
        }

        parameters = parameters[..count];
        return true;
    }

    private static int Compare(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        var ofOne = new TargetForm.Reader(one);
        var ofOther = new TargetForm.Reader(other);
        while (true)
        {
            var left = ofOne.Next();
            var right = ofOther.Next();
            if (left != right || left < 0)
            {
                return left - right;
            }
        }
    }
}
