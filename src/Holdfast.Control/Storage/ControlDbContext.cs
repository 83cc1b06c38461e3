using Microsoft.EntityFrameworkCore;

namespace Holdfast.Control.Storage;

/// <summary>Control's tables. Times are UTC.</summary>
internal sealed class ControlDbContext : DbContext
{
    public ControlDbContext(DbContextOptions<ControlDbContext> options)
        : base(options) { }

    public DbSet<InstallationRow> Installation => Set<InstallationRow>();

    public DbSet<ZoneRow> Zones => Set<ZoneRow>();

    public DbSet<CertificateRow> Certificates => Set<CertificateRow>();

    public DbSet<RecordRow> Records => Set<RecordRow>();

    public DbSet<TokenRow> Tokens => Set<TokenRow>();

    public DbSet<ReleaseRow> Releases => Set<ReleaseRow>();

    public DbSet<NodeRow> Nodes => Set<NodeRow>();

    public DbSet<UplinkRow> UplinkRecords => Set<UplinkRow>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<InstallationRow>(table =>
        {
            table.ToTable("installation").HasKey(row => row.Key);
            table.Property(row => row.Key).ValueGeneratedNever();
        });
        modelBuilder.Entity<ZoneRow>(table =>
        {
            table.ToTable("zones").HasKey(row => row.Id);
            table.HasIndex(row => row.Name).IsUnique();
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
        modelBuilder.Entity<TokenRow>(table =>
        {
            table.ToTable("tokens").HasKey(row => row.Id);
            table.HasIndex(row => row.Hash).IsUnique();
        });
        modelBuilder.Entity<ReleaseRow>(table =>
        {
            table.ToTable("releases").HasKey(row => row.Position);
            table.Property(row => row.Position).ValueGeneratedOnAdd();
            table
                .HasIndex(row => new
                {
                    row.Kind,
                    row.Name,
                    row.Generation,
                })
                .IsUnique();
        });
        modelBuilder.Entity<NodeRow>(table => table.ToTable("nodes").HasKey(row => row.Name));
        modelBuilder.Entity<UplinkRow>(table =>
        {
            table.ToTable("uplink_records").HasKey(row => row.Id);
            table.HasIndex(row => new { row.Node, row.Sequence }).IsUnique();
        });
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<DateTime>().HaveConversion<UtcMilliseconds>();
}
