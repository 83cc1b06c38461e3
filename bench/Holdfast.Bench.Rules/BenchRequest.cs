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

    public byte[] Query { get; } = "page=2&order=newest"u8.ToArray();
    public byte[] Referer { get; } = "https://www.example.com/articles/2026/"u8.ToArray();
    public byte[] ApiKey { get; } = "a0b1c2d3e4f5"u8.ToArray();
    public byte[] Body { get; set; } = [];

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
            Signal.HttpRequestUriQuery => Query,
            Signal.HttpReferer => Referer,
            Signal.HttpRequestBodyRaw => Body,
            _ => default(ReadOnlySpan<byte>),
        };
        return Presence.Known;
    }

    public Presence Number(Signal signal, out long value)
    {
        value = 64496;
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
        value = ApiKey;
        return name.SequenceEqual("x-api-key"u8) && cursor++ == 0;
    }

    public Truth IsInList(string list, ReadOnlySpan<byte> value) => Truth.Unknown;

    public Truth IsInList(string list, long value) => Truth.Unknown;

    public Truth IsInList(string list, RuleAddress value) => Truth.Unknown;
}
