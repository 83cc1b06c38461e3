using Holdfast.Cli.Logs;
using Holdfast.Cli.Tests.TestSystem;

namespace Holdfast.Cli.Tests.Logs;

public sealed class LogFilesTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    private string Log => directory["edge-1.jsonl"];

    private LogFiles Files => new(Log, TimeProvider.System);

    private void Rotate(int older)
    {
        for (var number = older; number >= 1; number--)
        {
            File.Move($"{Log}.{number}", $"{Log}.{number + 1}");
        }

        File.Move(Log, Log + ".1");
        File.WriteAllText(Log, "");
    }

    private async Task<IReadOnlyCollection<string>> NewestAsync(int count)
    {
        var (lines, reader) = await Files.ReadNewestAsync(count, TestContext.Current.CancellationToken);
        reader?.Dispose();
        return lines;
    }

    [Fact]
    public async Task ReadNewestAsync_RotatedFiles_AreReadOldestFirst()
    {
        File.WriteAllText(Log + ".2", "a\nb\n");
        File.WriteAllText(Log + ".1", "c\n\n");
        File.WriteAllText(Log, "d\ne\nhalf a li");
        Assert.Equal(["a", "b", "c", "d", "e"], await NewestAsync(0));
        Assert.Equal(["c", "d", "e"], await NewestAsync(3));
    }

    [Fact]
    public async Task ReadNewestAsync_NoFile_HasNoLines() => Assert.Empty(await NewestAsync(10));

    [Fact]
    public async Task FollowAsync_WritesAndRotations_LosesNothing()
    {
        File.WriteAllText(Log, "0\n");
        var files = Files;
        var (before, reader) = await files.ReadNewestAsync(0, TestContext.Current.CancellationToken);
        Assert.Equal(["0"], before);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await using var lines = files.FollowAsync(reader, deadline.Token).GetAsyncEnumerator();

        async Task Expect(params string[] expected)
        {
            foreach (var line in expected)
            {
                Assert.True(await lines.MoveNextAsync());
                Assert.Equal(line, lines.Current);
            }
        }

        File.AppendAllText(Log, "1\n2");
        await Expect("1");
        File.AppendAllText(Log, "2\n3\n");
        Rotate(0);
        File.AppendAllText(Log, "4\n");
        await Expect("22", "3", "4");

        // Twice between two looks: the one in the middle is read as well.
        File.AppendAllText(Log, "5\n");
        Rotate(1);
        File.AppendAllText(Log, "6\n");
        Rotate(2);
        File.AppendAllText(Log, "7\n");
        await Expect("5", "6", "7");

        // Deleted altogether.
        File.Delete(Log);
        File.WriteAllText(Log, "8\n");
        await Expect("8");
    }

    [Fact]
    public async Task FollowAsync_NoFileYet_WaitsForIt()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await using var lines = Files.FollowAsync(null, deadline.Token).GetAsyncEnumerator();
        var next = lines.MoveNextAsync();
        File.WriteAllText(directory["new"], "1\n");
        File.Move(directory["new"], Log);
        Assert.True(await next);
        Assert.Equal("1", lines.Current);
    }
}
