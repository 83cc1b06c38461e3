using System.IO.Pipelines;
using Holdfast.Edge.Listening.Hello;

namespace Holdfast.Edge.Tests.Listening;

public class HelloReaderTests
{
    private static readonly byte[] Bytes = new HelloBuilder().Record(most: 20);

    [Fact]
    public async Task Peek_HelloInOneByteSegments_FindsItAndConsumesNothing()
    {
        var pipe = new Pipe(new PipeOptions(minimumSegmentSize: 16, useSynchronizationContext: false));
        var peek = HelloReader.PeekAsync(pipe.Reader, TestContext.Current.CancellationToken).AsTask();
        foreach (var b in Bytes)
        {
            await pipe.Writer.WriteAsync(new[] { b }, TestContext.Current.CancellationToken);
        }

        var (status, hello) = await peek;

        Assert.Equal(HelloStatus.Complete, status);
        Assert.StartsWith("t13i0203h2_", hello!.Ja4);
        // The next reader gets the bytes without any more coming.
        Assert.True(pipe.Reader.TryRead(out var read));
        Assert.Equal(Bytes.Length, read.Buffer.Length);
    }

    [Fact]
    public async Task Peek_InputEndsEarly_IsIncomplete()
    {
        var pipe = new Pipe();
        await pipe.Writer.WriteAsync(Bytes.AsMemory(0, 10), TestContext.Current.CancellationToken);
        await pipe.Writer.CompleteAsync();

        var (status, hello) = await HelloReader.PeekAsync(pipe.Reader, TestContext.Current.CancellationToken);

        Assert.Equal(HelloStatus.Incomplete, status);
        Assert.Null(hello);
    }

    [Fact]
    public async Task Peek_EndlessTinyRecords_EndsAtTheLimit()
    {
        var pipe = new Pipe();
        var peek = HelloReader.PeekAsync(pipe.Reader, TestContext.Current.CancellationToken).AsTask();
        await pipe.Writer.WriteAsync(new byte[] { 22, 3, 1, 0, 4, 1, 0, 0x3F, 0 }, TestContext.Current.CancellationToken);
        for (var i = 0; i < 4000 && !peek.IsCompleted; i++)
        {
            await pipe.Writer.WriteAsync(new byte[] { 22, 3, 1, 0, 1, 7 }, TestContext.Current.CancellationToken);
        }

        Assert.Equal(HelloStatus.TooLarge, (await peek).Status);
    }
}
