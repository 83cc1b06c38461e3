using System.Text;
using Holdfast.Rules.Planning;

namespace Holdfast.Rules.Tests.Planning;

public class FewLiteralsTests
{
    [Theory]
    [InlineData("admin", 1, true)]
    [InlineData("admin", 16, true)]
    [InlineData("admin", 17, false)]
    [InlineData("a-text-of-thirty-two-bytes-0123-", 1, true)]
    [InlineData("a-text-of-thirty-two-bytes-01234-", 1, false)]
    [InlineData("café", 1, false)]
    public void TryMake_OverTexts_TakesFewShortOnesOfAscii(string text, int count, bool isTaken)
    {
        var literals = Enumerable.Range(0, count).Select(leaf => (Encoding.UTF8.GetBytes(text), leaf)).ToList();
        Assert.Equal(isTaken, FewLiterals.TryMake(literals) is not null);
    }
}
