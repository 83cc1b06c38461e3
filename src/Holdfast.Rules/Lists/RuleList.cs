using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Types;

namespace Holdfast.Rules.Lists;

/// <summary>A list that rules refer to as <c>$name</c>. It does not change and may be asked by any number of threads, without allocation.</summary>
public abstract class RuleList
{
    /// <summary>What its items are: String, Integer or Address.</summary>
    public abstract RuleType ItemType { get; }

    /// <summary>Whether a string is in it; unknown when its items are something else.</summary>
    public virtual Truth Contains(ReadOnlySpan<byte> value) => Truth.Unknown;

    /// <summary>Whether a number is in it; unknown when its items are something else.</summary>
    public virtual Truth Contains(long value) => Truth.Unknown;

    /// <summary>Whether an address is in it; unknown when its items are something else.</summary>
    public virtual Truth Contains(RuleAddress value) => Truth.Unknown;
}
