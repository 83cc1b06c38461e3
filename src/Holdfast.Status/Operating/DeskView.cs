using Holdfast.Status.Drafts;

namespace Holdfast.Status.Operating;

/// <summary>What the desk's page is about.</summary>
/// <param name="Drafts">Those under way.</param>
/// <param name="Problem">Why nothing is seen; null while it is.</param>
internal sealed record DeskView(IReadOnlyList<Draft> Drafts, string? Problem);
