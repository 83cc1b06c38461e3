using System.Text;
using System.Text.RegularExpressions;
using Holdfast.Edge.Tests.Harness;

namespace Holdfast.Edge.Tests.Wire;

/// <summary>What an origin may send, over real sockets through the whole edge.</summary>
public sealed partial class ResponseWireTests(WireEdge wire) : IClassFixture<WireEdge>
{
    // Asked behind every request of the table: its answer shows that the visitor's connection stands where it should.
    private const string Fence = "GET /cdn-cgi/trace HTTP/1.1\r\nHost: sloppy.example\r\n\r\n";

    private static readonly ResponseWireCase[] Cases = [.. ResponseWireCases.All];

    public static TheoryData<string> Names => [.. Cases.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Response_OfTheTable_ReachesTheVisitorInThisForm(string name)
    {
        var index = Array.FindIndex(Cases, c => c.Name == name);
        var test = Cases[index];
        wire.Script($"/c{index}", test.Origin, test.Reset);
        using var visitor = await Conversation.ConnectAsync(wire.Http);

        await visitor.SendAsync($"{test.Method} /c{index} HTTP/1.1\r\nHost: sloppy.example\r\n\r\n{Fence}");
        var (answer, kept) = await AnswerAsync(visitor);

        Assert.Equal(test.Kept, kept);
        if (test.Visitor?.EndsWith("520", StringComparison.Ordinal) ?? true)
        {
            Assert.StartsWith($"{test.Visitor?[..^3]}HTTP/1.1 520 ", answer, StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal(test.Visitor, AddedFields().Replace(answer, ""));
        }
    }

    // Everything before the fence's answer, or before the end.
    private static async Task<(string Answer, bool Kept)> AnswerAsync(Conversation visitor)
    {
        var text = new StringBuilder();
        var buffer = new byte[64 * 1024];
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            int read;
            try
            {
                read = await visitor.Socket.ReceiveAsync(buffer, patience.Token);
            }
            catch (System.Net.Sockets.SocketException)
            {
                read = 0;
            }

            if (read == 0)
            {
                return (text.ToString(), false);
            }

            text.Append(Encoding.Latin1.GetString(buffer, 0, read));
            var all = text.ToString();
            if (FenceEnd().IsMatch(all))
            {
                return (all[..all.LastIndexOf("HTTP/1.1 200 OK\r\nDate: ", StringComparison.Ordinal)], true);
            }
        }
    }

    [Fact]
    public void Tables_Together_HoldAtLeast150Conversations()
    {
        Assert.Equal(Cases.Length, Cases.DistinctBy(c => c.Name).Count());
        Assert.True(Cases.Length + RequestWireTests.Names.Count() >= 150);
    }

    [GeneratedRegex("^(CF-Ray|X-Ray-Id|Holdfast-Generation|Via|Date|CF-Cache-Status|Cache-Status): .*\r\n", RegexOptions.Multiline)]
    private static partial Regex AddedFields();

    [GeneratedRegex("\nray=[0-9a-f]{16}\n$")]
    private static partial Regex FenceEnd();
}
