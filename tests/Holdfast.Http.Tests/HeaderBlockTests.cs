using System.Text;
using Holdfast.Http.Headers;

namespace Holdfast.Http.Tests;

public class HeaderBlockTests
{
    [Fact]
    public void Find_EveryKnownName_FindsItInAnyCase()
    {
        foreach (var header in Enum.GetValues<KnownHeader>().Where(h => h != KnownHeader.Other))
        {
            var name = Encoding.ASCII.GetString(KnownHeaders.NameOf(header));
            Assert.Equal(header, KnownHeaders.Find(Encoding.ASCII.GetBytes(name)));
            Assert.Equal(header, KnownHeaders.Find(Encoding.ASCII.GetBytes(name.ToUpperInvariant())));
            Assert.Equal(header, KnownHeaders.Find(Encoding.ASCII.GetBytes(name.ToLowerInvariant())));
            Assert.Equal(KnownHeader.Other, KnownHeaders.Find(Encoding.ASCII.GetBytes(name + "x")));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("Content_Length")]
    [InlineData("Content-Lengt")]
    public void Find_AnotherName_IsOther(string name) => Assert.Equal(KnownHeader.Other, KnownHeaders.Find(Encoding.ASCII.GetBytes(name)));

    [Fact]
    public void NameOf_Other_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => KnownHeaders.NameOf(KnownHeader.Other).Length);

    [Fact]
    public void Add_Fields_KeepsOrderAndCasing()
    {
        var headers = Block("b: 1", "Host: a", "B: 2", "HOST: c");

        Assert.Equal(["b: 1", "Host: a", "B: 2", "HOST: c"], Lines(headers));
        Assert.Equal(2, headers.CountOf(KnownHeader.Host));
        Assert.Equal(1, headers.IndexOf(KnownHeader.Host));
        Assert.Equal(KnownHeader.Other, headers.KnownAt(2));
    }

    [Fact]
    public void Set_SeveralOfTheName_LeavesOneInTheFirstsPlace()
    {
        var headers = Block("A: 1", "via: x", "B: 2", "Via: y", "Via: z");

        headers.Set(KnownHeader.Via, "new"u8);

        Assert.Equal(["A: 1", "via: new", "B: 2"], Lines(headers));
    }

    [Fact]
    public void Set_NoneOfTheName_AppendsIt()
    {
        var headers = Block("A: 1");

        headers.Set(KnownHeader.Via, "new"u8);

        Assert.Equal(["A: 1", "Via: new"], Lines(headers));
    }

    [Fact]
    public void Set_ValueFromTheBlockItself_SurvivesGrowing()
    {
        var headers = Block("X-Forwarded-For: " + new string('a', 1500), "Via: v");

        headers.Set(KnownHeader.Via, headers.ValueAt(0));
        headers.Add(headers.NameAt(1), headers.ValueAt(0));

        Assert.True(headers.TryGet(KnownHeader.Via, out var value));
        Assert.Equal(new string('a', 1500), Encoding.ASCII.GetString(value));
        Assert.Equal("Via", Encoding.ASCII.GetString(headers.NameAt(2)));
        Assert.Equal(new string('a', 1500), Encoding.ASCII.GetString(headers.ValueAt(2)));
    }

    [Fact]
    public void Remove_KnownName_RemovesAllOfThem()
    {
        var headers = Block("Via: 1", "A: 2", "via: 3", "VIA: 4");

        Assert.True(headers.Remove(KnownHeader.Via));
        Assert.False(headers.Remove(KnownHeader.Via));

        Assert.Equal(["A: 2"], Lines(headers));
    }

    [Fact]
    public void Remove_OtherName_RemovesAllOfThemWithoutRegardToCase()
    {
        var headers = Block("x-a: 1", "A: 2", "X-A: 3");

        Assert.True(headers.Remove("X-a"u8));
        Assert.False(headers.Remove("X-a"u8));

        Assert.Equal(["A: 2"], Lines(headers));
    }

    [Fact]
    public void TryGet_Names_GivesTheFirst()
    {
        var headers = Block("x-a: 1", "X-A: 2", "Host: h");

        Assert.True(headers.TryGet("X-A"u8, out var first));
        Assert.Equal("1", Encoding.ASCII.GetString(first));
        Assert.True(headers.TryGet(KnownHeader.Host, out var host));
        Assert.Equal("h", Encoding.ASCII.GetString(host));
        Assert.False(headers.TryGet(KnownHeader.Via, out _));
        Assert.False(headers.TryGet("y"u8, out _));
        Assert.True(headers.Contains(KnownHeader.Host));
    }

    [Fact]
    public void At_PlaceThatIsNot_Throws()
    {
        var headers = Block("a: b", "c: d");
        headers.RemoveAt(1);

        Assert.Throws<ArgumentOutOfRangeException>(() => headers.NameAt(1).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => headers.ValueAt(-1).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => headers.KnownAt(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => headers.RemoveAt(1));
    }

    [Fact]
    public void CopyFrom_Another_IsIndependentOfIt()
    {
        var source = Block("A: 1", "Host: h");
        var copy = Block("Z: 0");

        copy.CopyFrom(source);
        source.Clear();
        source.Add("Q"u8, "overwritten"u8);

        Assert.Equal(["A: 1", "Host: h"], Lines(copy));
    }

    [Fact]
    public void Clear_AfterAHugeMessage_StartsEmptyAgain()
    {
        var headers = Block([.. Enumerable.Range(0, 400).Select(i => $"x{i}: {new string('v', 400)}")]);
        Assert.Equal(400, headers.Count);

        headers.Clear();
        headers.Add("a"u8, "b"u8);

        Assert.Equal(["a: b"], Lines(headers));
    }

    private static HeaderBlock Block(params IEnumerable<string> lines)
    {
        var headers = new HeaderBlock();
        foreach (var line in lines)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers.Add(Encoding.ASCII.GetBytes(line[..colon]), Encoding.ASCII.GetBytes(line[(colon + 2)..]));
        }

        return headers;
    }

    private static IEnumerable<string> Lines(HeaderBlock headers) =>
        Enumerable
            .Range(0, headers.Count)
            .Select(i => Encoding.ASCII.GetString(headers.NameAt(i)) + ": " + Encoding.ASCII.GetString(headers.ValueAt(i)));
}
