using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Types;
using Bytes = System.ReadOnlySpan<byte>;

namespace Holdfast.Rules.Planning;

/// <summary>A value that rules look for something in: it is read once a request, and everything is looked for at once.</summary>
/// <param name="rules">The rules that may be true when something is seen in it.</param>
/// <param name="users">The rules that ask it.</param>
internal abstract class PlanSource(int[] rules, int[] users)
{
    /// <summary>The rules that ask whether something was seen in it.</summary>
    public int[] Users => users;

    /// <summary>The rules that may be unknown when it is.</summary>
    public int[] Rules => rules;

    /// <summary>Reads the value, and marks what is seen in it.</summary>
    public abstract Presence Look(RuleEvaluation evaluation, RulePass pass);
}

/// <summary>A string.</summary>
internal sealed class TextSource(
    int[] rules,
    int[] users,
    ValueNode<Bytes> value,
    TextTable? equal,
    EdgeTrie? starts,
    EdgeTrie? ends,
    FewLiterals? fewParts,
    LiteralAutomaton? parts
) : PlanSource(rules, users)
{
    public override Presence Look(RuleEvaluation evaluation, RulePass pass)
    {
        var presence = value.Read(evaluation, out var text);
        if (presence != Presence.Known)
        {
            return presence;
        }

        equal?.Find(text, pass);
        starts?.Find(text, pass);
        ends?.Find(text, pass);
        fewParts?.Find(text, pass);
        if (parts is not null && text.Length >= parts.Shortest)
        {
            parts.Find(text, pass);
        }

        return Presence.Known;
    }
}

/// <summary>A number.</summary>
internal sealed class NumberSource(int[] rules, int[] users, ValueNode<long> value, RangeIndex<long> ranges) : PlanSource(rules, users)
{
    public override Presence Look(RuleEvaluation evaluation, RulePass pass)
    {
        var presence = value.Read(evaluation, out var number);
        if (presence == Presence.Known)
        {
            ranges.Find(number, pass);
        }

        return presence;
    }
}

/// <summary>An address.</summary>
internal sealed class AddressSource(
    int[] rules,
    int[] users,
    ValueNode<RuleAddress> value,
    RangeIndex<uint>? ipv4,
    RangeIndex<UInt128>? ipv6
) : PlanSource(rules, users)
{
    public override Presence Look(RuleEvaluation evaluation, RulePass pass)
    {
        var presence = value.Read(evaluation, out var address);
        if (presence == Presence.Known)
        {
            if (address.IsIPv6)
            {
                ipv6?.Find(address.Bits, pass);
            }
            else
            {
                ipv4?.Find((uint)address.Bits, pass);
            }
        }

        return presence;
    }
}
