using System.Buffers;
using System.IO.Pipelines;

namespace Holdfast.Edge.Listening.Hello;

/// <summary>Looks at the client hello at the start of a connection and leaves every byte where it is, for the handshake to read again.</summary>
internal static class HelloReader
{
    /// <summary>Waits until the hello is there, or it is clear that none will be.</summary>
    /// <param name="input">The connection's input; nothing is consumed.</param>
    /// <param name="cancellationToken">The handshake's deadline.</param>
    /// <returns>
    /// The hello when the status is <see cref="HelloStatus.Complete"/>, and <see cref="HelloStatus.Incomplete"/> when the client closed first.
    /// </returns>
    /// <exception cref="IOException">The client reset the connection.</exception>
    /// <exception cref="OperationCanceledException">The deadline passed.</exception>
    public static async ValueTask<(HelloStatus Status, HelloSummary? Hello)> PeekAsync(
        PipeReader input,
        CancellationToken cancellationToken
    )
    {
        var needed = 1;
        var examined = 0L;
        while (true)
        {
            var result = await input.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            var status = HelloStatus.Incomplete;
            HelloSummary? hello = null;
            if (buffer.Length >= needed)
            {
                status = Find(buffer, out hello, out needed);
            }

            if (status != HelloStatus.Incomplete || result.IsCompleted)
            {
                // Examined no further than before, so that the next reader gets the bytes at once instead of waiting for more.
                input.AdvanceTo(buffer.Start, buffer.GetPosition(examined));
                return (status, hello);
            }

            examined = buffer.Length;
            input.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private static HelloStatus Find(in ReadOnlySequence<byte> buffer, out HelloSummary? hello, out int needed)
    {
        hello = null;
        var length = (int)Math.Min(buffer.Length, HelloRecords.MaxBytes);
        var rented = ArrayPool<byte>.Shared.Rent(2 * length);
        try
        {
            var bytes = buffer.FirstSpan;
            var scratch = rented.AsSpan(length);
            if (bytes.Length < length)
            {
                buffer.Slice(0, length).CopyTo(rented);
                bytes = rented;
            }

            var status = HelloRecords.TryFind(bytes[..length], scratch, out var body, out needed);
            if (status != HelloStatus.Complete)
            {
                return status;
            }

            if (!ClientHello.TryParse(body, out var parsed))
            {
                return HelloStatus.Malformed;
            }

            hello = HelloSummary.Of(parsed);
            return status;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
