using Holdfast.Status.OutsideStatus;
using Holdfast.Status.Providers;

namespace Holdfast.Status.Operating;

/// <summary>What the page of providers is about.</summary>
/// <param name="Map">What stops if a provider stops.</param>
/// <param name="Outside">What outside services say of themselves.</param>
internal sealed record ProvidersView(ProviderMap Map, IReadOnlyList<OutsideService> Outside);
