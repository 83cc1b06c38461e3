using System.Text.RegularExpressions;
using Holdfast.Edge.Tests.Harness;

namespace Holdfast.Edge.Tests.Wire;

/// <summary>What a visitor may send, over real sockets through the whole edge.</summary>
public sealed partial class RequestWireTests(WireEdge wire) : IClassFixture<WireEdge>
{
    private static readonly RequestWireCase[] Cases = [.. RequestLineWireCases.All, .. RequestBodyWireCases.All];

    public static TheoryData<string> Names => [.. Cases.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Request_OfTheTable_IsRefusedOrForwardedInThisForm(string name)
    {
        var index = Array.FindIndex(Cases, c => c.Name == name);
        var test = Cases[index];
        var host = $"case-{index}.example";
        using var visitor = await Conversation.ConnectAsync(wire.Http);

        await visitor.SendAsync(test.Sent.Replace("HOST", host, StringComparison.Ordinal));
        var head = await visitor.ReadHeadAsync();
        Assert.StartsWith($"HTTP/1.1 {test.Status} ", head, StringComparison.Ordinal);
        await visitor.ReadAsync(LengthOf(head!));
        visitor.EndSending();
        var rest = await visitor.ReadToEndAsync();

        var seen = wire.SeenWith(host);
        Assert.Equal("", rest);
        if (test.Forwarded is { } forwarded)
        {
            Assert.Equal(forwarded.Replace("HOST", host, StringComparison.Ordinal), AddedFields().Replace(seen!, ""));
            return;
        }

        Assert.Contains("Connection: close\r\n", head, StringComparison.Ordinal);
        Assert.DoesNotContain("/smuggled", seen ?? "", StringComparison.Ordinal);
        Assert.False(seen is not null && WireEdge.IsWhole(seen), seen);
    }

    [Fact]
    public void Table_Names_AreEachGivenOnce() => Assert.Equal(Cases.Length, Cases.DistinctBy(c => c.Name).Count());

    internal static int LengthOf(string head) =>
        int.Parse(ContentLength().Match(head).Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);

    [GeneratedRegex(
        "^(CF-Ray|X-Ray-Id|CF-Connecting-IP|X-Forwarded-For|X-Forwarded-Proto|CF-Visitor|CF-IPCountry|CDN-Loop|Via): .*\r\n",
        RegexOptions.Multiline
    )]
    private static partial Regex AddedFields();

    [GeneratedRegex("^Content-Length: (\\d+)\r$", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex ContentLength();
}
