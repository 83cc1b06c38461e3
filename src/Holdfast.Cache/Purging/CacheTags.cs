using Holdfast.Cache.Fields;

namespace Holdfast.Cache.Purging;

/// <summary>
/// The tags of a <c>Cache-Tag</c> value: between commas, without white space around them, empty ones left out, their case of no meaning.
/// </summary>
internal ref struct CacheTags(ReadOnlySpan<byte> value)
{
    /// <summary>Most bytes of all the values together, as Cloudflare's.</summary>
    public const int MostBytes = 16 * 1024;

    /// <summary>Most tags of one response: what fits into <see cref="MostBytes"/> at a usual length, as Cloudflare's.</summary>
    public const int MostTags = 1000;

    private ReadOnlySpan<byte> _rest = value;

    /// <summary>The tag as it came.</summary>
    public ReadOnlySpan<byte> Current { get; private set; }

    /// <summary>Goes to the next tag; false when there is none.</summary>
    public bool MoveNext()
    {
        while (!_rest.IsEmpty)
        {
            var end = _rest.IndexOf((byte)',');
            Current = Octets.Trim(end < 0 ? _rest : _rest[..end]);
            _rest = end < 0 ? default : _rest[(end + 1)..];
            if (!Current.IsEmpty)
            {
                return true;
            }
        }

        return false;
    }
}
