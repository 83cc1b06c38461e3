using System.Globalization;
using System.Text;
using Holdfast.Model.Rulesets;

namespace Holdfast.Cache.Policy;

/// <summary>How long a rule has browsers keep answers.</summary>
public sealed class BrowserLifetimeRule
{
    private readonly byte[] _word;
    private readonly TtlMode _mode;

    /// <summary>Of a rule.</summary>
    public BrowserLifetimeRule(BrowserTtl ttl)
    {
        _mode = ttl.Mode;
        _word = Encoding.ASCII.GetBytes(
            ttl.Mode == TtlMode.OverrideOrigin
                ? string.Create(CultureInfo.InvariantCulture, $"max-age={ttl.Seconds}")
                : "private, no-store, max-age=0"
        );
    }

    /// <summary>The Cache-Control that an answer gets in the place of its own and of Expires; empty when they stay.</summary>
    /// <param name="status">The answer's status. What failed is nothing to keep.</param>
    /// <param name="saysSomething">Whether it has a Cache-Control or Expires.</param>
    public ReadOnlySpan<byte> CacheControl(int status, bool saysSomething) =>
        _mode switch
        {
            TtlMode.OverrideOrigin => status < 400 ? _word : default,
            TtlMode.Bypass => _word,
            TtlMode.BypassByDefault => saysSomething ? default : _word,
            _ => default,
        };
}
