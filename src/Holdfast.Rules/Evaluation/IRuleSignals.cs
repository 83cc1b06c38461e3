using Holdfast.Rules.Fields;
using Holdfast.Rules.Types;

namespace Holdfast.Rules.Evaluation;

/// <summary>
/// What a request, and later its response, says to rules. The edge implements it over its request; nothing is copied or converted before
/// somebody asks. A signal has the type that <see cref="FieldCatalogue"/> gives it, and is asked for by the method of that type only.
/// </summary>
/// <remarks>
/// Values stay as they are while an evaluation runs. A span is valid until then, too. None of the methods throws. A string that was not
/// sent (a header, a query) is known and empty.
/// </remarks>
public interface IRuleSignals
{
    /// <summary>Whether a signal's source has answered. A signal that is known may still be empty, or have no element of some name.</summary>
    bool IsKnown(Signal signal);

    /// <summary>A string.</summary>
    Presence Text(Signal signal, out ReadOnlySpan<byte> value);

    /// <summary>A number.</summary>
    Presence Number(Signal signal, out long value);

    /// <summary>An address.</summary>
    Presence Address(Signal signal, out RuleAddress value);

    /// <summary>A boolean.</summary>
    Truth Flag(Signal signal);

    /// <summary>The next string of an array.</summary>
    /// <param name="signal">The array.</param>
    /// <param name="cursor">0 at first; what it means after that is the implementer's business.</param>
    /// <param name="value">The string.</param>
    /// <returns>False after the last one, and when the signal is not known.</returns>
    bool NextText(Signal signal, scoped ref int cursor, out ReadOnlySpan<byte> value);

    /// <summary>The next string under a name of a map. Names are compared byte by byte.</summary>
    /// <param name="signal">The map.</param>
    /// <param name="name">The name; header names are asked for in lower case.</param>
    /// <param name="cursor">0 at first; what it means after that is the implementer's business.</param>
    /// <param name="value">The string.</param>
    /// <returns>False after the last one, and when the signal is not known.</returns>
    bool NextText(Signal signal, ReadOnlySpan<byte> name, scoped ref int cursor, out ReadOnlySpan<byte> value);

    /// <summary>Whether a string is in a list; unknown when the list isn't there.</summary>
    Truth IsInList(string list, ReadOnlySpan<byte> value);

    /// <summary>Whether a number is in a list; unknown when the list isn't there.</summary>
    Truth IsInList(string list, long value);

    /// <summary>Whether an address is in a list; unknown when the list isn't there.</summary>
    Truth IsInList(string list, RuleAddress value);
}
