using System.Text;
using Holdfast.Cache.Decisions;

namespace Holdfast.Cache.Tests.Conversations;

/// <summary>The setting <c>browser_cache_ttl</c>: what of Cache-Control browsers get.</summary>
public class LeastBrowserLifetimeTests
{
    private const string Date = "Date: Fri, 15 Jan 2027 08:00:00 GMT";
    private const long Now = 1_800_000_000;

    [Theory]
    [InlineData("max-age=3600")]
    [InlineData("max-age=3600", "Cache-Control: max-age=60")]
    [InlineData("max-age=3600", "Cache-Control: max-age=0")]
    [InlineData("max-age=3600", "Cache-Control: max-age=x")]
    [InlineData("public, max-age=3600", "Cache-Control: public, max-age=60")]
    [InlineData("s-maxage=99, stale-if-error=5, max-age=3600", "Cache-Control: s-maxage=99, MAX-AGE=60", "cache-control: stale-if-error=5")]
    [InlineData("x=\"max-age=1, a\", max-age=3600", "Cache-Control: x=\"max-age=1, a\", max-age=2")]
    [InlineData("public, max-age=3600", "Cache-Control: public", Date, "Expires: Fri, 15 Jan 2027 08:59:59 GMT")]
    [InlineData("max-age=3600", Date, "Expires: 0")]
    [InlineData("", "Cache-Control: max-age=3600")]
    [InlineData("", "Cache-Control: max-age=7200")]
    [InlineData("", Date, "Expires: Fri, 15 Jan 2027 09:00:00 GMT")]
    [InlineData("max-age=3600", "Cache-Control: max-age=60", Date, "Expires: Fri, 15 Jan 2027 09:00:00 GMT")]
    [InlineData("", "Cache-Control: no-store")]
    [InlineData("", "Cache-Control: no-cache, max-age=60")]
    [InlineData("", "Cache-Control: private")]
    [InlineData("", "Cache-Control: max-age=60, \"")]
    public void AShorterLifetime_IsRaised(string expected, params string[] fields)
    {
        Span<byte> text = stackalloc byte[100];
        Assert.Equal(expected, Encoding.ASCII.GetString(text[..LeastBrowserLifetime.Raise(new TextFields(fields), 3600, Now, text)]));
    }

    [Fact]
    public void AValueThatFindsNoRoom_Stays()
    {
        var fields = new TextFields($"Cache-Control: public, x={new string('y', 80)}, max-age=60");
        Span<byte> text = stackalloc byte[110];
        for (var room = 0; room < text.Length; room++)
        {
            var length = LeastBrowserLifetime.Raise(fields, 3600, Now, text[..room]);
            Assert.Equal(room < 8 + 84 + 12 ? 0 : 8 + 84 + 12, length);
        }
    }
}
