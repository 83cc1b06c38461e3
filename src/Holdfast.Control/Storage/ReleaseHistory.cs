using Holdfast.Model.Releases;
using Holdfast.Releases.Rollout.Waves;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.Control.Storage;

/// <summary>What was published, and what became of it.</summary>
internal sealed class ReleaseHistory(ControlDatabase database)
{
    /// <summary>Edges that are shown of one release; the counts are of all.</summary>
    public const int ShownEdges = 1_000;

    private const int ShownFailures = 5;
    private const int Refused = (int)EdgeStanding.Refused;
    private const int Reverted = (int)EdgeStanding.Reverted;

    /// <summary>A page of releases, newest first.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="skip">How many are before the page.</param>
    /// <param name="take">How many at most.</param>
    public Task<(IReadOnlyList<PublishedRelease> Releases, int Total)> ListAsync(ReleaseFilter filter, int skip, int take) =>
        database.ReadAsync<(IReadOnlyList<PublishedRelease>, int)>(async context =>
        {
            var rows = await FilteredAsync(context, filter).ConfigureAwait(false);
            var total = await rows.CountAsync().ConfigureAwait(false);
            var page = await rows.OrderByDescending(row => row.Position)
                .Skip(skip)
                .Take(take)
                .Select(row => new
                {
                    Size = row.Envelope.Length,
                    Row = new ReleaseRow
                    {
                        Position = row.Position,
                        Kind = row.Kind,
                        Name = row.Name,
                        Generation = row.Generation,
                        Digest = row.Digest,
                        Removed = row.Removed,
                        CreatedAt = row.CreatedAt,
                        Held = row.Held,

                        // There may be megabytes of each.
                        Envelope = Array.Empty<byte>(),
                    },
                })
                .ToListAsync()
                .ConfigureAwait(false);
            var releases = new List<PublishedRelease>();
            foreach (var item in page)
            {
                releases.Add(await ShowAsync(context, item.Row, item.Size).ConfigureAwait(false));
            }

            return (releases, total);
        });

    /// <summary>A release with its rollout and its edges.</summary>
    /// <param name="kind">The artifact's kind.</param>
    /// <param name="name">The artifact's id, or a zone's or list's name.</param>
    /// <param name="generation">The release's, or null for the newest.</param>
    public Task<ReleaseStory?> FindAsync(ArtifactKind kind, string name, long? generation) =>
        database.ReadAsync<ReleaseStory?>(async context =>
        {
            var id = await IdOfAsync(context, kind, name).ConfigureAwait(false);
            var row = await context
                .Releases.Where(row => row.Kind == (int)kind && row.Name == id && (generation == null || row.Generation == generation))
                .OrderByDescending(row => row.Generation)
                .FirstOrDefaultAsync()
                .ConfigureAwait(false);
            if (row is null)
            {
                return null;
            }

            var release = await ShowAsync(context, row, row.Envelope.Length).ConfigureAwait(false);
            var edges = await Words(context, row.Kind, row.Name, row.Generation)
                .OrderBy(edge => edge.Node)
                .Take(ShownEdges)
                .ToListAsync()
                .ConfigureAwait(false);
            if (release.State is ReleaseState.InUse or ReleaseState.Rollout)
            {
                var heard = edges.Select(edge => edge.Node).ToHashSet(StringComparer.Ordinal);
                var others = await context.Nodes.Select(node => node.Name).Take(ShownEdges).ToListAsync().ConfigureAwait(false);
                edges.AddRange(others.Where(node => !heard.Contains(node)).Select(node => Silent(row, node)));
            }

            var decisions = release.Rollout is not { } rollout
                ? []
                : await context
                    .RolloutDecisions.Where(decision => decision.RolloutId == rollout.Id)
                    .OrderBy(decision => decision.Id)
                    .ToListAsync()
                    .ConfigureAwait(false);
            var pin = await context
                .ReleasePins.SingleOrDefaultAsync(pin => pin.Kind == row.Kind && pin.Name == row.Name)
                .ConfigureAwait(false);
            return new ReleaseStory(release, [.. edges.OrderBy(edge => edge.Node, StringComparer.Ordinal)], decisions, pin);
        });

    /// <summary>The newest incident drafts.</summary>
    public Task<(IReadOnlyList<IncidentDraftRow> Drafts, int Total)> DraftsAsync(int skip, int take) =>
        database.ReadAsync<(IReadOnlyList<IncidentDraftRow>, int)>(async context =>
            (
                await context.IncidentDrafts.OrderByDescending(row => row.Id).Skip(skip).Take(take).ToListAsync().ConfigureAwait(false),
                await context.IncidentDrafts.CountAsync().ConfigureAwait(false)
            )
        );

    /// <summary>An artifact's id from what people call it.</summary>
    public static async Task<string> IdOfAsync(ControlDbContext context, ArtifactKind kind, string name) =>
        kind switch
        {
            ArtifactKind.Zone => await context
                .Zones.Where(row => row.Name == name)
                .Select(row => row.Id)
                .SingleOrDefaultAsync()
                .ConfigureAwait(false),
            ArtifactKind.List => await context
                .Lists.Where(row => row.Name == name)
                .Select(row => row.Id)
                .SingleOrDefaultAsync()
                .ConfigureAwait(false),
            _ => null,
        } ?? name;

    /// <summary>What edges have said of a release.</summary>
    private static IQueryable<ReleaseEdgeRow> Words(ControlDbContext context, int kind, string name, long generation) =>
        context.ReleaseEdges.Where(edge => edge.Kind == kind && edge.Name == name && edge.ReleaseGeneration == generation);

    private static async Task<IQueryable<ReleaseRow>> FilteredAsync(ControlDbContext context, ReleaseFilter filter)
    {
        var rows = context.Releases.AsQueryable();
        rows = filter.Kind is not { } kind ? rows : rows.Where(row => row.Kind == (int)kind);
        if (filter.Name is { } name)
        {
            string[] ids =
            [
                name,
                await IdOfAsync(context, ArtifactKind.Zone, name).ConfigureAwait(false),
                await IdOfAsync(context, ArtifactKind.List, name).ConfigureAwait(false),
            ];
            rows = rows.Where(row => ids.Contains(row.Name));
        }

        return filter.State switch
        {
            ReleaseFilter.Active => rows.Where(row =>
                row.Held && context.ReleasePins.Any(pin => pin.Kind == row.Kind && pin.Name == row.Name)
                || context.Rollouts.Any(rollout =>
                    rollout.Kind == row.Kind
                    && rollout.Name == row.Name
                    && rollout.ReleaseGeneration == row.Generation
                    && rollout.Phase < (int)WavePhase.Good
                )
            ),
            ReleaseFilter.Failed => rows.Where(row =>
                context.ReleaseEdges.Any(edge =>
                    edge.Kind == row.Kind
                    && edge.Name == row.Name
                    && edge.ReleaseGeneration == row.Generation
                    && (edge.Standing == Refused || edge.Standing == Reverted)
                )
            ),
            _ => rows,
        };
    }

    private static async Task<PublishedRelease> ShowAsync(ControlDbContext context, ReleaseRow row, int size)
    {
        var rollout = await context
            .Rollouts.SingleOrDefaultAsync(rollout =>
                rollout.Kind == row.Kind && rollout.Name == row.Name && rollout.ReleaseGeneration == row.Generation
            )
            .ConfigureAwait(false);
        var counts = await Words(context, row.Kind, row.Name, row.Generation)
            .GroupBy(edge => edge.Standing)
            .Select(edges => new { Standing = edges.Key, Count = edges.Count() })
            .ToDictionaryAsync(edges => (EdgeStanding)edges.Standing, edges => edges.Count)
            .ConfigureAwait(false);
        var failures = await Words(context, row.Kind, row.Name, row.Generation)
            .Where(edge => edge.Standing == Refused || edge.Standing == Reverted)
            .OrderBy(edge => edge.At)
            .Take(ShownFailures)
            .ToListAsync()
            .ConfigureAwait(false);
        var newer = await context
            .Releases.AnyAsync(later =>
                later.Kind == row.Kind && later.Name == row.Name && later.Generation > row.Generation && !later.Held
            )
            .ConfigureAwait(false);
        var state =
            rollout is not null && !(rollout.Phase == (int)WavePhase.Good && newer) ? ReleaseState.Rollout
            : newer ? ReleaseState.Replaced
            : row.Held ? ReleaseState.Pinned
            : ReleaseState.InUse;
        return new PublishedRelease(row, size, await TitleAsync(context, row).ConfigureAwait(false), state, rollout, counts, failures);
    }

    private static async Task<string> TitleAsync(ControlDbContext context, ReleaseRow row) =>
        (ArtifactKind)row.Kind switch
        {
            ArtifactKind.Zone => await context
                .Zones.Where(zone => zone.Id == row.Name)
                .Select(zone => zone.Name)
                .SingleOrDefaultAsync()
                .ConfigureAwait(false),
            ArtifactKind.List => await context
                .Lists.Where(list => list.Id == row.Name)
                .Select(list => list.Name)
                .SingleOrDefaultAsync()
                .ConfigureAwait(false),
            _ => null,
        } ?? row.Name;

    private static ReleaseEdgeRow Silent(ReleaseRow row, string node) =>
        new()
        {
            Kind = row.Kind,
            Name = row.Name,
            ReleaseGeneration = row.Generation,
            Node = node,
            At = row.CreatedAt,
        };
}

/// <summary>Which releases are wanted.</summary>
/// <param name="Kind">Of this kind, or null for any.</param>
/// <param name="Name">Of the artifact with this id or name, or null for any.</param>
/// <param name="State"><see cref="Active"/>, <see cref="Failed"/>, or null for any.</param>
internal sealed record ReleaseFilter(ArtifactKind? Kind, string? Name, string? State)
{
    /// <summary>On their way, or held by a pin.</summary>
    public const string Active = "active";

    /// <summary>Refused by an edge, or taken back by one.</summary>
    public const string Failed = "failed";
}

/// <summary>How a release stands that has no rollout, or whose rollout is of the past.</summary>
internal enum ReleaseState
{
    /// <summary>Its rollout says it.</summary>
    Rollout,

    /// <summary>Every edge may have it, and there is none newer.</summary>
    InUse,

    /// <summary>A newer one is in use.</summary>
    Replaced,

    /// <summary>Its artifact is pinned at an older one.</summary>
    Pinned,
}

/// <summary>A release in the list.</summary>
/// <param name="Row">The release; its envelope need not be read.</param>
/// <param name="Size">Its bytes in the feed.</param>
/// <param name="Title">What people call its artifact.</param>
/// <param name="State">How it stands.</param>
/// <param name="Rollout">Its rollout, or null.</param>
/// <param name="Counts">How many edges have said what.</param>
/// <param name="Failures">The first few edges that refused it or went back.</param>
internal sealed record PublishedRelease(
    ReleaseRow Row,
    int Size,
    string Title,
    ReleaseState State,
    RolloutRow? Rollout,
    IReadOnlyDictionary<EdgeStanding, int> Counts,
    IReadOnlyList<ReleaseEdgeRow> Failures
);

/// <summary>All there is to say of a release.</summary>
internal sealed record ReleaseStory(
    PublishedRelease Release,
    IReadOnlyList<ReleaseEdgeRow> Edges,
    IReadOnlyList<RolloutDecisionRow> Decisions,
    ReleasePinRow? Pin
);
