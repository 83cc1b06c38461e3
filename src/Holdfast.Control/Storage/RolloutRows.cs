using Microsoft.EntityFrameworkCore;

namespace Holdfast.Control.Storage;

/// <summary>How a release that does not go to all edges at once gets to them.</summary>
internal sealed class RolloutRow
{
    /// <summary>One more than that of the rollout before.</summary>
    public long Id { get; set; }

    public int Kind { get; set; }

    public required string Name { get; set; }

    /// <summary>The release's.</summary>
    public long ReleaseGeneration { get; set; }

    public required string Digest { get; set; }

    /// <summary>What was in use everywhere when it began, and what is gone back to; 0 when there was nothing.</summary>
    public long BeforeGeneration { get; set; }

    /// <summary>A <see cref="Holdfast.Releases.Rollout.Waves.WavePhase"/>.</summary>
    public int Phase { get; set; }

    public int Wave { get; set; }

    public DateTime? WaveAt { get; set; }

    public DateTime? FullAt { get; set; }

    public bool IsOpen { get; set; }

    public bool IsPaused { get; set; }

    public DateTime StartedAt { get; set; }

    public DateTime? EndedAt { get; set; }

    /// <summary>Why it ended as it did, or null.</summary>
    public string? Reason { get; set; }

    /// <summary>The release that took it back, or null.</summary>
    public long? RevertGeneration { get; set; }

    /// <summary>Rises with every change; its entity tag.</summary>
    public long Version { get; set; }
}

/// <summary>A decision about a rollout, with its figures.</summary>
internal sealed class RolloutDecisionRow
{
    public long Id { get; set; }

    public long RolloutId { get; set; }

    public required string What { get; set; }

    public required string Text { get; set; }

    /// <summary>Who decided: <c>control</c>, or a caller's name.</summary>
    public required string By { get; set; }

    public DateTime At { get; set; }
}

/// <summary>What an edge has said of a release, and whether a rollout offered it there.</summary>
internal sealed class ReleaseEdgeRow
{
    /// <summary>In the order in which they were first heard of; the oldest go first.</summary>
    public long Id { get; set; }

    public int Kind { get; set; }

    public required string Name { get; set; }

    public long ReleaseGeneration { get; set; }

    public required string Node { get; set; }

    /// <summary>An <see cref="Holdfast.Releases.Rollout.Waves.EdgeStanding"/>.</summary>
    public int Standing { get; set; }

    /// <summary>Per cent of the edge's requests that meet it.</summary>
    public int Share { get; set; }

    public string? Reason { get; set; }

    public string? Evidence { get; set; }

    /// <summary>When the edge said it; of one that said nothing, when it was offered.</summary>
    public DateTime At { get; set; }

    /// <summary>The wave in which it was offered, or null.</summary>
    public int? Wave { get; set; }
}

/// <summary>An artifact that takes no newer release.</summary>
internal sealed class ReleasePinRow
{
    public int Kind { get; set; }

    public required string Name { get; set; }

    /// <summary>The release that stays.</summary>
    public long Generation { get; set; }

    public required string Reason { get; set; }

    public required string By { get; set; }

    public DateTime At { get; set; }
}

/// <summary>What an incident about a release would say.</summary>
internal sealed class IncidentDraftRow
{
    public long Id { get; set; }

    public DateTime At { get; set; }

    /// <summary>JSON.</summary>
    public required string Body { get; set; }
}

/// <summary>The tables of rollouts.</summary>
internal static class RolloutTables
{
    public static void Add(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<RolloutRow>(table =>
        {
            table.ToTable("rollouts").HasKey(row => row.Id);
            table.Property(row => row.Id).ValueGeneratedOnAdd();
            table
                .HasIndex(row => new
                {
                    row.Kind,
                    row.Name,
                    row.ReleaseGeneration,
                })
                .IsUnique();
            table.HasIndex(row => row.Phase);
        });
        modelBuilder.Entity<RolloutDecisionRow>(table =>
        {
            table.ToTable("rollout_decisions").HasKey(row => row.Id);
            table.Property(row => row.Id).ValueGeneratedOnAdd();
            table.HasIndex(row => row.RolloutId);
            table.HasOne<RolloutRow>().WithMany().HasForeignKey(row => row.RolloutId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<ReleaseEdgeRow>(table =>
        {
            table.ToTable("release_edges").HasKey(row => row.Id);
            table.Property(row => row.Id).ValueGeneratedOnAdd();
            table
                .HasIndex(row => new
                {
                    row.Kind,
                    row.Name,
                    row.ReleaseGeneration,
                    row.Node,
                })
                .IsUnique();
            table.HasIndex(row => row.Node);
        });
        modelBuilder.Entity<ReleasePinRow>(table => table.ToTable("release_pins").HasKey(row => new { row.Kind, row.Name }));
        modelBuilder.Entity<IncidentDraftRow>(table =>
        {
            table.ToTable("incident_drafts").HasKey(row => row.Id);
            table.Property(row => row.Id).ValueGeneratedOnAdd();
        });
    }
}
