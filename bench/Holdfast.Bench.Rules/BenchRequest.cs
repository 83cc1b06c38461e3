using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Fields;
using Holdfast.Rules.Types;

namespace Holdfast.Bench.Rules;

/// <summary>A request as an edge could have it: bytes in fields.</summary>
internal sealed class BenchRequest : IRuleSignals
{
    public byte[] Host { get; } = "www.example.com"u8.ToArray();
    public byte[] Path { get; } = "/articles/2026/11/25/a-page-with-a-long-name.html"u8.ToArray();
    public byte[] Method { get; } = "GET"u8.ToArray();
    public byte[] Country { get; } = "GB"u8.ToArray();

    public byte[] UserAgent { get; } =
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Example/65.0.3325.181 Safari/537.36"u8.ToArray();

    public RuleAddress Source { get; } = new(0xCB007107, false);

    public bool IsKnown(Signal signal) => true;

    public Presence Text(Signal signal, out ReadOnlySpan<byte> value)
    {
        value = signal switch
        {
            Signal.HttpHost => Host,
            Signal.HttpRequestUriPath => Path,
            Signal.HttpRequestMethod => Method,
            Signal.HttpUserAgent => UserAgent,
            Signal.IpSrcCountry => Country,
            _ => default(ReadOnlySpan<byte>),
        };
        return Presence.Known;
    }

    public Presence Number(Signal signal, out long value)
    {
        value = 0;
        return Presence.Known;
    }

    public Presence Address(Signal signal, out RuleAddress value)
    {
        value = Source;
        return Presence.Known;
    }

    public Truth Flag(Signal signal) => Truth.True;

    public bool NextText(Signal signal, scoped ref int cursor, out ReadOnlySpan<byte> value)
    {
        value = default;
        return false;
    }

    public bool NextText(Signal signal, ReadOnlySpan<byte> name, scoped ref int cursor, out ReadOnlySpan<byte> value)
    {
        value = default;
        return false;
    }

    public Truth IsInList(string list, ReadOnlySpan<byte> value) => Truth.Unknown;

    public Truth IsInList(string list, long value) => Truth.Unknown;

    public Truth IsInList(string list, RuleAddress value) => Truth.Unknown;
}
