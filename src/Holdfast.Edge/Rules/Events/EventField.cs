using Holdfast.Edge.Reporting;
using Holdfast.Rules.Checks;
using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Fields;
using Holdfast.Rules.Types;

namespace Holdfast.Edge.Rules.Events;

/// <summary>
/// Writes what a field said when a rule acted: <c>value</c>, or <c>values</c> of what can be several; else <c>unknown</c>, <c>missing</c> or
/// <c>masked</c>. Long values are cut, secrets are left out, and of bodies nothing but forms is shown.
/// </summary>
internal static class EventField
{
    /// <summary>The longest value in bytes.</summary>
    public const int MostValue = 256;

    /// <summary>The most values of one field.</summary>
    public const int MostValues = 8;

    /// <summary>Writes the members behind the field's name.</summary>
    public static void Write(ref JsonLineWriter json, IRuleSignals signals, FieldRead read)
    {
        if (read.Field.Signal is not { } signal || !signals.IsKnown(signal))
        {
            json.Raw(",\"unknown\":true"u8);
            return;
        }

        switch (read.Field.Type.Kind)
        {
            case RuleKind.Boolean:
                json.Raw(signals.Flag(signal) == Truth.True ? ",\"value\":true"u8 : ",\"value\":false"u8);
                break;
            case RuleKind.Integer:
                signals.Number(signal, out var number);
                json.Number(",\"value\":"u8, number);
                break;
            case RuleKind.Address:
                WriteAddress(ref json, signals, signal);
                break;
            case RuleKind.String:
                signals.Text(signal, out var text);
                WriteText(ref json, signal, text);
                break;
            case RuleKind.Map:
                if (read.Name is { } name)
                {
                    WriteByName(ref json, signals, signal, name.Span);
                }

                break;
            default:
                WriteAll(ref json, signals, signal);
                break;
        }
    }

    /// <summary>Cuts a text after its last whole character.</summary>
    public static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> text, int most)
    {
        if (text.Length <= most)
        {
            return text;
        }

        var end = most;
        while (end > most - 3 && (text[end] & 0xC0) == 0x80)
        {
            end--;
        }

        return text[..end];
    }

    private static void WriteText(ref JsonLineWriter json, Signal signal, ReadOnlySpan<byte> text)
    {
        Span<byte> room = stackalloc byte[MostValue];
        switch (signal)
        {
            case Signal.HttpRequestBodyRaw:
                json.Raw(",\"masked\":true"u8);
                break;
            case Signal.HttpCookie:
                json.Text(",\"value\":\""u8, SecretText.MaskCookies(text, room));
                break;
            case Signal.HttpRequestUriQuery or Signal.RawHttpRequestUriQuery:
                json.Text(",\"value\":\""u8, SecretText.MaskUri(text, isQuery: true, room));
                break;
            case Signal.HttpRequestUri
            or Signal.HttpRequestFullUri
            or Signal.RawHttpRequestUri
            or Signal.RawHttpRequestFullUri
            or Signal.HttpReferer:
                json.Text(",\"value\":\""u8, SecretText.MaskUri(text, isQuery: false, room));
                break;
            default:
                json.Text(",\"value\":\""u8, Cut(text, MostValue));
                break;
        }
    }

    private static void WriteAddress(ref JsonLineWriter json, IRuleSignals signals, Signal signal)
    {
        signals.Address(signal, out var address);
        Span<byte> text = stackalloc byte[RuleAddress.MostCharacters];
        json.Text(",\"value\":\""u8, text[..address.Write(text)]);
    }

    private static void WriteByName(ref JsonLineWriter json, IRuleSignals signals, Signal signal, ReadOnlySpan<byte> name)
    {
        var cursor = 0;
        if (!signals.NextText(signal, name, ref cursor, out var value))
        {
            json.Raw(",\"missing\":true"u8);
            return;
        }

        if (signal == Signal.HttpRequestCookies || SecretText.IsNameOfOne(name))
        {
            json.Raw(",\"masked\":true"u8);
            return;
        }

        Span<byte> room = stackalloc byte[MostValue];
        json.Raw(",\"values\":["u8);
        var written = 0;
        do
        {
            json.Text(
                written == 0 ? "\""u8 : ",\""u8,
                SecretText.IsOne(value) ? SecretText.Mask : SecretText.MaskUri(value, isQuery: false, room)
            );
        } while (++written < MostValues && signals.NextText(signal, name, ref cursor, out value));
        json.Raw("]"u8);
    }

    private static void WriteAll(ref JsonLineWriter json, IRuleSignals signals, Signal signal)
    {
        Span<byte> room = stackalloc byte[MostValue];
        var names = NamesOf(signal);
        var (cursor, nameCursor, written) = (0, 0, 0);
        json.Raw(",\"values\":["u8);
        while (written < MostValues && signals.NextText(signal, ref cursor, out var value))
        {
            ReadOnlySpan<byte> name = default;
            var isSecret =
                (names is { } of && (!signals.NextText(of, ref nameCursor, out name) || SecretText.IsNameOfOne(name)))
                || SecretText.IsOne(value);
            json.Text(written++ == 0 ? "\""u8 : ",\""u8, isSecret ? SecretText.Mask : SecretText.MaskUri(value, isQuery: false, room));
        }

        json.Raw("]"u8);
    }

    // Values and their names come in the same order.
    private static Signal? NamesOf(Signal values) =>
        values switch
        {
            Signal.HttpRequestHeadersValues => Signal.HttpRequestHeadersNames,
            Signal.HttpRequestUriArgsValues => Signal.HttpRequestUriArgsNames,
            Signal.RawHttpRequestUriArgsValues => Signal.RawHttpRequestUriArgsNames,
            Signal.HttpResponseHeadersValues => Signal.HttpResponseHeadersNames,
            Signal.RawHttpResponseHeadersValues => Signal.RawHttpResponseHeadersNames,
            Signal.HttpRequestBodyFormValues => Signal.HttpRequestBodyFormNames,
            _ => null,
        };
}
