using Holdfast.Drills;
using Holdfast.Edge.Guard.Faults;

namespace Holdfast.Cli.Tests.Drills;

/// <summary>What drills ask edges to do without is what edges can do without.</summary>
public sealed class ProtectionTests
{
    [Fact]
    public void Walls_ThoseOfEdges_AreKnownToEdges()
    {
        var walls = DrillCatalog.All.SelectMany(static drill => drill.Walls).Where(static wall => wall.IsOfEdges).ToList();
        Assert.NotEmpty(walls);
        Assert.All(walls, static wall => Assert.Null(ProtectionNames.TryRead(wall.Name, out _)));
    }
}
