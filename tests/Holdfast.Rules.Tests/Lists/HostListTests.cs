using System.Text;
using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Lists;

namespace Holdfast.Rules.Tests.Lists;

public class HostListTests
{
    private static readonly HostList List = new(["example.com", "*.example.org", ".example.net"]);

    [Theory]
    [InlineData("example.com", true)]
    [InlineData("EXAMPLE.com", true)]
    [InlineData("www.example.com", false)]
    [InlineData("example.org", false)]
    [InlineData("www.example.org", true)]
    [InlineData("a.b.example.org", true)]
    [InlineData("badexample.org", false)]
    [InlineData("example.net", true)]
    [InlineData("a.example.net", true)]
    [InlineData("net", false)]
    [InlineData("", false)]
    [InlineData("...", false)]
    public void Contains_AHost_IsWhatItsItemsSay(string host, bool isIn) =>
        Assert.Equal(isIn, List.Contains(Encoding.ASCII.GetBytes(host)) == Truth.True);

    [Fact]
    public void Contains_ALongText_IsFalse() => Assert.Equal(Truth.False, List.Contains(new byte[100_000]));
}
