using System.Text;
using Holdfast.Http.Messages;

namespace Holdfast.Http.Headers;

/// <summary>Walks the members of a comma-separated list (RFC 9110 section 5.6.1), empty ones left out. Knows no quoting: for tokens.</summary>
public ref struct TokenList
{
    private ReadOnlySpan<byte> _rest;

    /// <summary>Begins before the first member.</summary>
    public TokenList(ReadOnlySpan<byte> list) => _rest = list;

    /// <summary>The member that <see cref="MoveNext"/> stands on, without the space around it.</summary>
    public ReadOnlySpan<byte> Current { get; private set; }

    /// <summary>Goes to the next member; false at the end.</summary>
    public bool MoveNext()
    {
        while (!_rest.IsEmpty)
        {
            var comma = _rest.IndexOf((byte)',');
            Current = Syntax.Trim(comma < 0 ? _rest : _rest[..comma]);
            _rest = comma < 0 ? default : _rest[(comma + 1)..];
            if (!Current.IsEmpty)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether any field of that name lists the token, without regard to case.</summary>
    public static bool AnyIn(HeaderBlock headers, KnownHeader header, ReadOnlySpan<byte> token)
    {
        for (var i = 0; i < headers.Count; i++)
        {
            if (headers.KnownAt(i) != header)
            {
                continue;
            }

            var list = new TokenList(headers.ValueAt(i));
            while (list.MoveNext())
            {
                if (Ascii.EqualsIgnoreCase(list.Current, token))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
