using Holdfast.Releases.Keys;

namespace Holdfast.Releases.Tests;

public sealed class ExclusiveMoveTests
{
    [Fact]
    public async Task TryMove_ManyAtTheSameMoment_ExactlyOneWins()
    {
        var directory = Directory.CreateTempSubdirectory("holdfast-test-").FullName;
        try
        {
            for (var round = 0; round < 50; round++)
            {
                const int Movers = 4;
                var destination = Path.Combine(directory, $"round-{round}");
                using var start = new Barrier(Movers);
                var won = await Task.WhenAll(
                    Enumerable
                        .Range(0, Movers)
                        .Select(i =>
                            Task.Factory.StartNew(
                                () =>
                                {
                                    var source = $"{destination}.{i}";
                                    File.WriteAllText(source, $"{i}");
                                    start.SignalAndWait();
                                    return ExclusiveMove.TryMove(source, destination);
                                },
                                TestContext.Current.CancellationToken,
                                TaskCreationOptions.LongRunning,
                                TaskScheduler.Default
                            )
                        )
                );
                var winner = Assert.Single(Enumerable.Range(0, Movers), i => won[i]);
                Assert.Equal($"{winner}", await File.ReadAllTextAsync(destination, TestContext.Current.CancellationToken));
            }

            Assert.Equal(50, Directory.GetFiles(directory).Length);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void TryMove_NoSuchDirectory_SaysWhatCannotBeMade()
    {
        var source = Path.GetTempFileName();
        try
        {
            var fault = Assert.Throws<IOException>(() => ExclusiveMove.TryMove(source, "/no/such/directory/file"));
            Assert.StartsWith("/no/such/directory/file cannot be made: ", fault.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(source);
        }
    }
}
