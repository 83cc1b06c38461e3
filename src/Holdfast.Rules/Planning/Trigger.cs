using Holdfast.Rules.Syntax;

namespace Holdfast.Rules.Planning;

/// <summary>How a text is looked for in a value.</summary>
internal enum TextKey
{
    /// <summary>The value is the text.</summary>
    Equal,

    /// <summary>The value begins with it.</summary>
    Start,

    /// <summary>The value ends with it.</summary>
    End,

    /// <summary>It is in the value.</summary>
    Part,
}

/// <summary>
/// What must be seen in a request for a comparison to hold: the comparison is false without it. It can be looked for together with those of
/// all other rules.
/// </summary>
/// <param name="Source">The value that it is about.</param>
/// <param name="IsExact">Whether the comparison holds when it is seen. Otherwise it has to be asked.</param>
/// <param name="Weight">How often it may be seen, roughly: the one with the least is taken.</param>
internal abstract record Trigger(Operand Source, bool IsExact, int Weight);

/// <summary>One of some texts, whatever the case of ASCII letters.</summary>
/// <param name="Source">The value that it is about.</param>
/// <param name="IsExact">Whether the comparison holds when it is seen.</param>
/// <param name="Weight">How often it may be seen, roughly.</param>
/// <param name="Key">How it is looked for.</param>
/// <param name="Texts">The texts, with letters in lower case.</param>
internal sealed record TextTrigger(Operand Source, bool IsExact, int Weight, TextKey Key, byte[][] Texts)
    : Trigger(Source, IsExact, Weight);

/// <summary>A number in one of some ranges.</summary>
/// <param name="Source">The value that it is about.</param>
/// <param name="Weight">How often it may be seen, roughly.</param>
/// <param name="Ranges">Both ends are included.</param>
internal sealed record NumberTrigger(Operand Source, int Weight, IntegerRange[] Ranges) : Trigger(Source, true, Weight);

/// <summary>An address in one of some ranges.</summary>
/// <param name="Source">The value that it is about.</param>
/// <param name="Weight">How often it may be seen, roughly.</param>
/// <param name="Ranges">Both ends are included.</param>
internal sealed record AddressTrigger(Operand Source, int Weight, AddressRange[] Ranges) : Trigger(Source, true, Weight);
