using System.IO.Pipelines;
using System.Security.Cryptography;
using CsCheck;
using Holdfast.Edge.Listening.Tls;

namespace Holdfast.Edge.Tests.Listening;

public class TransportStreamTests
{
    [Fact]
    public async Task TlsUpload_OfManyRecords_ArrivesWhole()
    {
        var received = new MemoryStream();
        await using var host = await ListenerHost.StartAsync(
            new ListenerSetup
            {
                Http1 = async connection =>
                {
                    await connection.Transport.Input.CopyToAsync(received);
                    await connection.Transport.Output.WriteAsync(received.ToArray());
                },
            }
        );
        await using var client = await host.ConnectTlsAsync();
        var sent = RandomNumberGenerator.GetBytes(300_000);

        var writing = Task.Run(
            async () =>
            {
                await client.WriteAsync(sent, TestContext.Current.CancellationToken);
                await client.ShutdownAsync();
            },
            TestContext.Current.CancellationToken
        );
        using var echoed = new MemoryStream();
        await client.CopyToAsync(echoed, TestContext.Current.CancellationToken);
        await writing;

        Assert.Equal(sent, echoed.ToArray());
    }

    [Fact]
    public async Task Read_InAnyPieces_GivesWhatWasWritten() =>
        await Gen.Select(Gen.Byte.Array[0, 300].Array[1, 5], Gen.Int[1, 400])
            .SampleAsync(
                async (chunks, most) =>
                {
                    var pipe = new Pipe(new PipeOptions(minimumSegmentSize: 16));
                    var stream = new TransportStream(new OneWay(pipe));
                    foreach (var chunk in chunks)
                    {
                        await stream.WriteAsync(chunk);
                    }

                    await pipe.Writer.CompleteAsync();
                    using var read = new MemoryStream();
                    var buffer = new byte[most];
                    while (await stream.ReadAsync(buffer) is var length and > 0)
                    {
                        read.Write(buffer, 0, length);
                    }

                    return read.ToArray().SequenceEqual(chunks.SelectMany(c => c));
                },
                iter: 500
            );

    private sealed class OneWay(Pipe pipe) : IDuplexPipe
    {
        public PipeReader Input => pipe.Reader;

        public PipeWriter Output => pipe.Writer;
    }
}
