using Holdfast.Edge.Tiers;

namespace Holdfast.Edge.Reporting;

/// <summary>Counts what became of requests to upper edges.</summary>
internal sealed class UpperReports(EdgeCounters counters) : IUpperEvents
{
    /// <inheritdoc/>
    public void Asked(UpperResult result) => counters.UpperAsked(result);
}
