using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Holdfast.Control.Storage;

/// <summary>Lets <c>dotnet ef migrations add NAME --output-dir Storage/Migrations</c> see the model without starting control.</summary>
internal sealed class DesignTimeContext : IDesignTimeDbContextFactory<ControlDbContext>
{
    /// <inheritdoc/>
    public ControlDbContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<ControlDbContext>().UseSqlite("Data Source=:memory:").Options);
}
