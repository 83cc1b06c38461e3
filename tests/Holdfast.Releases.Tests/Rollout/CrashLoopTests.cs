using Holdfast.Releases.Rollout;

namespace Holdfast.Releases.Tests.Rollout;

public sealed class CrashLoopTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("holdfast-crashes-").FullName;

    private string FilePath => Path.Combine(_root, "edge", "starts");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Release_ThatTwoProcessesInARowDiedWith_GoesBackAlone()
    {
        Assert.Equal((false, ""), Start("a/1"));
        Assert.Equal((true, ""), Start("a/1", "b/1"));
        Assert.Equal((true, "a/1"), Start("a/1", "b/2"));
    }

    [Fact]
    public void End_InGoodOrder_CountsAnew()
    {
        Start();
        Start("a/1");
        var crashes = new CrashLoop(FilePath);
        crashes.Begin(["a/1"], out _);
        crashes.Settle();
        Assert.Equal((false, ""), Start("a/1"));
        Assert.Equal((true, ""), Start("a/1"));
        Assert.Equal((true, "a/1"), Start("a/1"));
    }

    [Fact]
    public void Settle_OfAProcessThatHasHandedOver_LeavesItsSuccessorsFile()
    {
        var before = new CrashLoop(FilePath);
        before.Begin([], out _);
        before.Settle();
        Start("a/1");
        before.Settle();
        Assert.Equal((true, ""), Start("a/1"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("99999 a/1\n-1 a/1\n2")]
    public void File_ThatIsDamaged_SaysThatAProcessDiedAndNoMore(string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        File.WriteAllText(FilePath, text);
        Assert.Equal((true, ""), Start("a/1"));
    }

    [Fact]
    public void Path_ThatCannotBeWritten_IsToldAndNothingGoesBack()
    {
        File.WriteAllText(Path.Combine(_root, "edge"), "in the way");
        var start = new CrashLoop(FilePath).Begin(["a/1"], out var problem);
        Assert.Same(CrashStart.Ordinary, start);
        Assert.Contains("bad ends are not counted", problem!.Reason, StringComparison.Ordinal);
    }

    // A process that starts, and comes to a bad end.
    private (bool AfterBadEnd, string GoesBack) Start(params string[] unproven)
    {
        var start = new CrashLoop(FilePath).Begin(unproven, out var problem);
        Assert.Null(problem);
        return (start.AfterBadEnd, string.Join(' ', start.GoesBack));
    }
}
