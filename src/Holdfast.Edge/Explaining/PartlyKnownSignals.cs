using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Fields;
using Holdfast.Rules.Types;

namespace Holdfast.Edge.Explaining;

/// <summary>A request's signals without those that a log record does not tell: they are unknown.</summary>
internal sealed class PartlyKnownSignals(IRuleSignals all) : IRuleSignals
{
    /// <inheritdoc/>
    public bool IsKnown(Signal signal) => !IsHidden(signal) && all.IsKnown(signal);

    /// <inheritdoc/>
    public Presence Text(Signal signal, out ReadOnlySpan<byte> value)
    {
        value = default;
        return IsHidden(signal) ? Presence.Unknown : all.Text(signal, out value);
    }

    /// <inheritdoc/>
    public Presence Number(Signal signal, out long value)
    {
        value = 0;
        return IsHidden(signal) ? Presence.Unknown : all.Number(signal, out value);
    }

    /// <inheritdoc/>
    public Presence Address(Signal signal, out RuleAddress value)
    {
        value = default;
        return IsHidden(signal) ? Presence.Unknown : all.Address(signal, out value);
    }

    /// <inheritdoc/>
    public Truth Flag(Signal signal) => IsHidden(signal) ? Truth.Unknown : all.Flag(signal);

    /// <inheritdoc/>
    public bool NextText(Signal signal, scoped ref int cursor, out ReadOnlySpan<byte> value)
    {
        value = default;
        return !IsHidden(signal) && all.NextText(signal, ref cursor, out value);
    }

    /// <inheritdoc/>
    public bool NextText(Signal signal, ReadOnlySpan<byte> name, scoped ref int cursor, out ReadOnlySpan<byte> value)
    {
        value = default;
        return !IsHidden(signal) && all.NextText(signal, name, ref cursor, out value);
    }

    /// <inheritdoc/>
    public Truth IsInList(string list, ReadOnlySpan<byte> value) => all.IsInList(list, value);

    /// <inheritdoc/>
    public Truth IsInList(string list, long value) => all.IsInList(list, value);

    /// <inheritdoc/>
    public Truth IsInList(string list, RuleAddress value) => all.IsInList(list, value);

    private static bool IsHidden(Signal signal) =>
        signal
            is Signal.HttpCookie
                or Signal.HttpXForwardedFor
                or Signal.HttpRequestCookies
                or Signal.HttpRequestHeaders
                or Signal.HttpRequestHeadersNames
                or Signal.HttpRequestHeadersValues
                or Signal.HttpRequestHeadersTruncated
                or Signal.HttpRequestAcceptedLanguages
                or Signal.CfTlsVersion
                or Signal.CfTlsCipher
                or Signal.CfBotManagementJa4
                or Signal.CfBotManagementScore
                or Signal.CfEdgeServerIp
                or Signal.CfEdgeServerPort
        || signal is >= Signal.HttpRequestBodyRaw and <= Signal.HttpRequestBodyMime;
}
