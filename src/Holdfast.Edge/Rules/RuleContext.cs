using System.Text;
using Holdfast.Edge.Rules.Counting;
using Holdfast.Edge.Rules.Events;

namespace Holdfast.Edge.Rules;

/// <summary>What rules get of their edge.</summary>
/// <param name="place">The edge's place, <c>cf.colo.name</c>.</param>
/// <param name="counts">How often rules have acted.</param>
internal sealed class RuleContext(string place, RuleCounts counts)
{
    /// <summary>The edge's place.</summary>
    public byte[] Place { get; } = Encoding.UTF8.GetBytes(place);

    /// <summary>How often rules have acted; it outlives every change of the rules.</summary>
    public RuleCounts Counts => counts;

    /// <summary>Where security events go; null when nobody takes them.</summary>
    public SecurityEvents? Events { get; init; }
}
