namespace Holdfast.Edge.Rules.Signals;

/// <summary>The arguments of a query, or of a form that was sent as one: nothing is decoded.</summary>
internal static class QueryArguments
{
    /// <summary>The next argument.</summary>
    /// <param name="query">Without its question mark.</param>
    /// <param name="cursor">0 at first, then behind the argument before.</param>
    /// <param name="name">What stands before the equals sign, or all.</param>
    /// <param name="value">What stands behind it, or nothing.</param>
    public static bool Next(ReadOnlySpan<byte> query, scoped ref int cursor, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        while (cursor < query.Length)
        {
            var rest = query[cursor..];
            var end = rest.IndexOf((byte)'&');
            var pair = end < 0 ? rest : rest[..end];
            cursor = end < 0 ? query.Length : cursor + end + 1;
            if (pair.IsEmpty)
            {
                continue;
            }

            var equals = pair.IndexOf((byte)'=');
            name = equals < 0 ? pair : pair[..equals];
            value = equals < 0 ? default : pair[(equals + 1)..];
            return true;
        }

        name = value = default;
        return false;
    }

    /// <summary>The next value of an argument.</summary>
    public static bool Next(ReadOnlySpan<byte> query, ReadOnlySpan<byte> wanted, scoped ref int cursor, out ReadOnlySpan<byte> value)
    {
        while (Next(query, ref cursor, out var name, out value))
        {
            if (name.SequenceEqual(wanted))
            {
                return true;
            }
        }

        return false;
    }
}
