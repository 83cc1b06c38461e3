using System.Text.RegularExpressions;
using Holdfast.Status.Page;

namespace Holdfast.Status.Tests;

/// <summary>A page's own colour can be read by day and by night.</summary>
public sealed partial class BrandColorsTests
{
    [Theory]
    [InlineData("#0b6e4f")]
    [InlineData("#1b4fd8")]
    [InlineData("#000000")]
    [InlineData("#ffffff")]
    [InlineData("#ffe600")]
    [InlineData("#ff0000")]
    public void Style_OfAnyColour_HasTheContrastThatTextNeeds(string color)
    {
        var found = Value().Matches(BrandColors.Style(color)).Select(match => BrandColors.Parse(match.Value)).ToList();

        Assert.Equal(2, found.Count);
        Assert.InRange(BrandColors.Between(found[0], (255, 255, 255)), 4.5, 21);
        Assert.InRange(BrandColors.Between(found[1], BrandColors.Parse("#181f27")), 4.5, 21);
        Assert.InRange(BrandColors.Between(found[1], BrandColors.Parse("#11161c")), 4.5, 21);
    }

    [Fact]
    public void Style_OfAColourThatCanBeRead_LeavesItAsItIs()
    {
        Assert.StartsWith(":root{--brand:#1b4fd8}", BrandColors.Style("#1b4fd8"), StringComparison.Ordinal);
        Assert.EndsWith(":root{--brand:#53c99a}}", BrandColors.Style("#53c99a"), StringComparison.Ordinal);
        Assert.Equal("", BrandColors.Style(null));
    }

    [GeneratedRegex("#[0-9a-f]{6}")]
    private static partial Regex Value();
}
