using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Functions;
using Holdfast.Rules.Types;

namespace Holdfast.Rules.Lists;

/// <summary>
/// A list of host names: <c>example.com</c> is that name, <c>*.example.com</c> all names below it, <c>.example.com</c> both. Case does not
/// matter (RFC 4343).
/// </summary>
public sealed class HostList : RuleList
{
    // A longer text is no host name (RFC 1035 section 2.3.4).
    private const int LongestName = 255;

    private readonly TextList _names;
    private readonly TextList _domains;

    /// <param name="items">In any order, in lower case.</param>
    public HostList(IEnumerable<string> items)
    {
        var (names, domains) = (new List<ByteString>(), new List<ByteString>());
        foreach (var item in items)
        {
            if (item.StartsWith("*.", StringComparison.Ordinal))
            {
                domains.Add(ByteString.Of(item[2..]));
            }
            else if (item.StartsWith('.'))
            {
                names.Add(ByteString.Of(item[1..]));
                domains.Add(ByteString.Of(item[1..]));
            }
            else
            {
                names.Add(ByteString.Of(item));
            }
        }

        _names = new TextList(names);
        _domains = new TextList(domains);
    }

    /// <inheritdoc />
    public override RuleType ItemType => RuleType.String;

    /// <inheritdoc />
    public override Truth Contains(ReadOnlySpan<byte> value)
    {
        if (value.Length > LongestName)
        {
            return Truth.False;
        }

        Span<byte> lower = stackalloc byte[LongestName];
        lower = lower[..value.Length];
        AsciiCase.Lower(value, lower);
        if (_names.Contains(lower) == Truth.True)
        {
            return Truth.True;
        }

        for (var dot = lower.IndexOf((byte)'.'); dot >= 0; dot = lower.IndexOf((byte)'.'))
        {
            lower = lower[(dot + 1)..];
            if (_domains.Contains(lower) == Truth.True)
            {
                return Truth.True;
            }
        }

        return Truth.False;
    }
}
