using Holdfast.Cli.Settings;

namespace Holdfast.Cli.Tests.Settings;

public class SocketActivationTests
{
    private static ILookup<string, int> From(string pid, string count, string? names) =>
        SocketActivation.From(
            name =>
                name switch
                {
                    "LISTEN_PID" => pid,
                    "LISTEN_FDS" => count,
                    "LISTEN_FDNAMES" => names,
                    _ => null,
                },
            42
        );

    [Fact]
    public void From_SocketsForThisProcess_AreFoundByName()
    {
        var sockets = From("42", "4", "http:http:https:management");
        Assert.Equal([3, 4], sockets["http"]);
        Assert.Equal([5], sockets["https"]);
        Assert.Equal([6], sockets["management"]);
        Assert.Empty(sockets["control"]);
    }

    [Theory]
    [InlineData("43", "1", "http")]
    [InlineData("42", "x", "http")]
    [InlineData("42", "1000", "http")]
    [InlineData("", "", null)]
    public void From_SocketsForAnother_AreNotTaken(string pid, string count, string? names) =>
        Assert.Empty(From(pid, count, names)["http"]);
}
