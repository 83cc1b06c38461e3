using Holdfast.Edge.Guard.Faults;

namespace Holdfast.Edge.Tests.Guard;

/// <summary>The names of what drills take away.</summary>
public class ProtectionNamesTests
{
    [Fact]
    public void Names_EveryProtection_HasOneThatIsReadBack()
    {
        var all = Enum.GetValues<Protections>().Aggregate(static (left, right) => left | right);

        Assert.Null(ProtectionNames.TryRead(string.Join(", ", ProtectionNames.All), out var read));

        Assert.Equal(all, read);
        Assert.Equal(ProtectionNames.All, ProtectionNames.Write(all).Split(','));
    }

    [Theory]
    [InlineData(null, "")]
    [InlineData("", "")]
    [InlineData("taster,guard", "guard,taster")]
    public void Names_AList_IsRead(string? text, string written)
    {
        Assert.Null(ProtectionNames.TryRead(text, out var read));
        Assert.Equal(written, ProtectionNames.Write(read));
    }

    [Fact]
    public void Names_Unknown_IsSaid() => Assert.Equal("roof", ProtectionNames.TryRead("guard,roof", out _));
}
