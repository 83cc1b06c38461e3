using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace Holdfast.Control.Storage;

/// <summary>Control's tables. Times are UTC.</summary>
internal sealed class ControlDbContext : DbContext
{
    public ControlDbContext(DbContextOptions<ControlDbContext> options)
        : base(options) { }

    /// <summary>Whether releases of what many zones use go from one edge to all by waves; a drill lets them go to every edge at once.</summary>
    public bool HasWaves { get; init; } = true;

    public DbSet<InstallationRow> Installation => Set<InstallationRow>();

    public DbSet<UserRow> Users => Set<UserRow>();

    public DbSet<ZoneRow> Zones => Set<ZoneRow>();

    public DbSet<CertificateRow> Certificates => Set<CertificateRow>();

    public DbSet<RecordRow> Records => Set<RecordRow>();

    public DbSet<RulesetVersionRow> RulesetVersions => Set<RulesetVersionRow>();

    public DbSet<ListRow> Lists => Set<ListRow>();

    public DbSet<ListItemRow> ListItems => Set<ListItemRow>();

    public DbSet<ListOperationRow> ListOperations => Set<ListOperationRow>();

    public DbSet<ListUseRow> ListUses => Set<ListUseRow>();

    public DbSet<AccountRulesetRow> AccountRulesets => Set<AccountRulesetRow>();

    public DbSet<AccountRulesetVersionRow> AccountRulesetVersions => Set<AccountRulesetVersionRow>();

    public DbSet<RulesetUseRow> RulesetUses => Set<RulesetUseRow>();

    public DbSet<TokenRow> Tokens => Set<TokenRow>();

    public DbSet<IdempotencyRow> IdempotencyKeys => Set<IdempotencyRow>();

    public DbSet<ReleaseRow> Releases => Set<ReleaseRow>();

    public DbSet<RolloutRow> Rollouts => Set<RolloutRow>();

    public DbSet<RolloutDecisionRow> RolloutDecisions => Set<RolloutDecisionRow>();

    public DbSet<ReleaseEdgeRow> ReleaseEdges => Set<ReleaseEdgeRow>();

    public DbSet<ReleasePinRow> ReleasePins => Set<ReleasePinRow>();

    public DbSet<IncidentDraftRow> IncidentDrafts => Set<IncidentDraftRow>();

    public DbSet<PurgeLogRow> PurgeLog => Set<PurgeLogRow>();

    public DbSet<PurgeRow> Purges => Set<PurgeRow>();

    public DbSet<NodeRow> Nodes => Set<NodeRow>();

    public DbSet<JoinTokenRow> JoinTokens => Set<JoinTokenRow>();

    public DbSet<UplinkRow> UplinkRecords => Set<UplinkRow>();

    public DbSet<OperatorRow> Operators => Set<OperatorRow>();

    public DbSet<RecoveryCodeRow> RecoveryCodes => Set<RecoveryCodeRow>();

    public DbSet<SessionRow> Sessions => Set<SessionRow>();

    public DbSet<AuditRow> AuditEntries => Set<AuditRow>();

    /// <summary>For large values that are replaced and never changed in their place: what they were need not be copied to see that.</summary>
    private static readonly ValueComparer<byte[]> Uncopied = new(
        (one, other) => ReferenceEquals(one, other) || AreEqual(one, other),
        bytes => bytes.Length,
        bytes => bytes
    );

    private static bool AreEqual(byte[]? one, byte[]? other) => one is not null && other is not null && one.AsSpan().SequenceEqual(other);

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<InstallationRow>(table =>
        {
            table.ToTable("installation").HasKey(row => row.Key);
            table.Property(row => row.Key).ValueGeneratedNever();
            table.Property(row => row.Generation).IsConcurrencyToken();
        });
        modelBuilder.Entity<UserRow>(table =>
        {
            table.ToTable("users").HasKey(row => row.Id);
            table.HasIndex(row => row.Email).IsUnique();
            table.Property(row => row.Generation).IsConcurrencyToken();
        });
        modelBuilder.Entity<ZoneRow>(table =>
        {
            table.ToTable("zones").HasKey(row => row.Id);
            table.Property(row => row.Config).Metadata.SetValueComparer(Uncopied);
            table.HasIndex(row => row.Name).IsUnique();

            // All that a search by part of a name reads of a zone that does not match, and all that counts the ones that do.
            table.HasIndex(row => new { row.Name, row.Type });
            table.Property(row => row.Generation).IsConcurrencyToken();
        });
        modelBuilder.Entity<CertificateRow>(table =>
        {
            table.ToTable("certificates").HasKey(row => row.Id);
            table.HasIndex(row => row.ZoneId);
            table.Property(row => row.Generation).IsConcurrencyToken();
            table.HasOne<ZoneRow>().WithMany().HasForeignKey(row => row.ZoneId).OnDelete(DeleteBehavior.Restrict);
        });
        modelBuilder.Entity<RecordRow>(table =>
        {
            table.ToTable("records").HasKey(row => row.Id);
            table.HasIndex(row => row.ZoneId);
            table.Property(row => row.Generation).IsConcurrencyToken();
            table.HasOne<ZoneRow>().WithMany().HasForeignKey(row => row.ZoneId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<RulesetVersionRow>(table =>
        {
            table.ToTable("ruleset_versions").HasKey(row => new { row.RulesetId, row.Version });
            table.HasIndex(row => row.ZoneId);
            table.HasOne<ZoneRow>().WithMany().HasForeignKey(row => row.ZoneId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<ListRow>(table =>
        {
            table.ToTable("lists").HasKey(row => row.Id);
            table.HasIndex(row => row.Name).IsUnique();
            table.Property(row => row.Generation).IsConcurrencyToken();
        });
        modelBuilder.Entity<ListItemRow>(table =>
        {
            table.ToTable("list_items").HasKey(row => new { row.ListId, row.Value });
            table.Property(row => row.Id).IsRequired();
            table.HasIndex(row => row.Id).IsUnique();
            table.HasOne<ListRow>().WithMany().HasForeignKey(row => row.ListId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<ListOperationRow>(table =>
        {
            table.ToTable("list_operations").HasKey(row => row.Number);
            table.Property(row => row.Id).IsRequired();
            table.Property(row => row.Number).ValueGeneratedOnAdd();
            table.HasIndex(row => row.Id).IsUnique();
        });
        modelBuilder.Entity<ListUseRow>(table =>
        {
            table.ToTable("list_uses").HasKey(row => new { row.ListName, row.ZoneId });
            table.HasIndex(row => row.ZoneId);
            table.HasOne<ZoneRow>().WithMany().HasForeignKey(row => row.ZoneId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<AccountRulesetRow>(table =>
        {
            table.ToTable("account_rulesets").HasKey(row => row.Id);
            table.Property(row => row.Config).Metadata.SetValueComparer(Uncopied);
            table.Property(row => row.Generation).IsConcurrencyToken();
        });
        modelBuilder
            .Entity<AccountRulesetVersionRow>()
            .ToTable("account_ruleset_versions")
            .HasKey(row => new { row.RulesetId, row.Version });
        modelBuilder.Entity<RulesetUseRow>(table =>
        {
            table.ToTable("ruleset_uses").HasKey(row => new { row.RulesetId, row.ZoneId });
            table.HasIndex(row => row.ZoneId);
            table.HasOne<ZoneRow>().WithMany().HasForeignKey(row => row.ZoneId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<TokenRow>(table =>
        {
            table.ToTable("tokens").HasKey(row => row.Id);
            table.HasIndex(row => row.Hash).IsUnique();
            table.Property(row => row.Generation).IsConcurrencyToken();
        });
        modelBuilder.Entity<IdempotencyRow>(table =>
        {
            table.ToTable("idempotency_keys").HasKey(row => row.Id);
            table.HasIndex(row => row.CreatedAt);
        });
        modelBuilder.Entity<ReleaseRow>(table =>
        {
            table.ToTable("releases").HasKey(row => row.Position);
            table.Property(row => row.Position).ValueGeneratedOnAdd();
            table.Property(row => row.Envelope).Metadata.SetValueComparer(Uncopied);
            table
                .HasIndex(row => new
                {
                    row.Kind,
                    row.Name,
                    row.Generation,
                })
                .IsUnique();
        });
        RolloutTables.Add(modelBuilder);
        modelBuilder.Entity<PurgeLogRow>(table =>
        {
            table.ToTable("purge_log").HasKey(row => row.Key);
            table.Property(row => row.Key).ValueGeneratedNever();
            table.Property(row => row.Id).IsRequired();
        });
        modelBuilder.Entity<PurgeRow>(table =>
        {
            table.ToTable("purges").HasKey(row => row.Sequence);
            table.Property(row => row.Sequence).ValueGeneratedNever();
            table.Property(row => row.Id).IsRequired();
            table.HasIndex(row => row.Id).IsUnique();
            table.HasIndex(row => row.ZoneId);
            table.HasIndex(row => row.CreatedAt);
        });
        modelBuilder.Entity<NodeRow>(table =>
        {
            table.ToTable("nodes").HasKey(row => row.Name);
            table.HasIndex(row => row.KeyHash).IsUnique();
        });
        modelBuilder.Entity<JoinTokenRow>(table =>
        {
            table.ToTable("join_tokens").HasKey(row => row.Id);
            table.HasIndex(row => row.Hash).IsUnique();
        });
        modelBuilder.Entity<UplinkRow>(table =>
        {
            table.ToTable("uplink_records").HasKey(row => row.Id);
            table.HasIndex(row => new { row.Node, row.Sequence }).IsUnique();
        });
        modelBuilder.Entity<OperatorRow>(table =>
        {
            table.ToTable("operators").HasKey(row => row.Id);
            table.HasIndex(row => row.Email).IsUnique();
            table.Property(row => row.Generation).IsConcurrencyToken();
        });
        modelBuilder.Entity<RecoveryCodeRow>(table =>
        {
            table.ToTable("recovery_codes").HasKey(row => new { row.OperatorId, row.Hash });
            table.HasOne<OperatorRow>().WithMany().HasForeignKey(row => row.OperatorId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<SessionRow>(table =>
        {
            table.ToTable("sessions").HasKey(row => row.Id);
            table.HasIndex(row => row.Hash).IsUnique();
            table.HasOne<OperatorRow>().WithMany().HasForeignKey(row => row.OperatorId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<AuditRow>(table =>
        {
            table.ToTable("audit_log").HasKey(row => row.Sequence);
            table.Property(row => row.Sequence).ValueGeneratedNever();
            table.HasIndex(row => row.At);
            table.HasIndex(row => row.ZoneId);
        });
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<DateTime>().HaveConversion<UtcMilliseconds>();
}
