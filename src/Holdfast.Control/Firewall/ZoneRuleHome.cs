using System.Collections.Immutable;
using Holdfast.Control.Audit;
using Holdfast.Control.Storage;
using Holdfast.Control.Zones;
using Holdfast.Model.Zones;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Control.Firewall;

/// <summary>Rules that are part of a zone's configuration.</summary>
internal sealed class ZoneRuleHome<T>(ZoneStore zones) : IRuleHome<T>
{
    /// <summary>Those of a zone, the oldest first.</summary>
    public required Func<ZoneConfig, ImmutableArray<T>> Of { get; init; }

    /// <summary>The zone with these.</summary>
    public required Func<ZoneConfig, ImmutableArray<T>, ZoneConfig> With { get; init; }

    /// <inheritdoc/>
    public string Owner => "zone";

    /// <inheritdoc/>
    public string IdOf(HttpContext context) => ZoneRequests.Id(context);

    /// <inheritdoc/>
    public async Task<ImmutableArray<T>> AllAsync(HttpContext context) =>
        Of((await zones.FindAsync(ZoneRequests.Id(context)).ConfigureAwait(false) ?? throw ZoneRequests.NoZone()).Config);

    /// <inheritdoc/>
    public async Task ChangeAsync(HttpContext context, Func<ImmutableArray<T>, ImmutableArray<T>> change)
    {
        _ =
            await zones
                .ChangeAsync(
                    ZoneRequests.Id(context),
                    null,
                    zone => With(zone, change(Of(zone))),
                    AuditScope.Of(context),
                    context.RequestAborted
                )
                .ConfigureAwait(false)
            ?? throw ZoneRequests.NoZone();
    }
}
