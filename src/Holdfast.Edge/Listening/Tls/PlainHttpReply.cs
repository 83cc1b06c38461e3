using System.IO.Pipelines;
using System.Text;

namespace Holdfast.Edge.Listening.Tls;

/// <summary>What somebody gets who speaks plain HTTP to a TLS port, as nginx answers with its 497.</summary>
internal static class PlainHttpReply
{
    // A client's request head, and what it may send before it reads; beyond it the connection is closed on unread bytes.
    private const int MostDrained = 64 * 1024;

    private static readonly byte[] Reply = Compose();

    /// <summary>
    /// Sends the reply, then reads on until the client closes: a socket that is closed with bytes unread resets the connection, and the
    /// reply might be lost.
    /// </summary>
    /// <param name="transport">The connection's transport.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task SendAsync(IDuplexPipe transport, CancellationToken cancellationToken)
    {
        await transport.Output.WriteAsync(Reply, cancellationToken);
        await transport.Output.CompleteAsync();
        for (long drained = 0; drained < MostDrained; )
        {
            var result = await transport.Input.ReadAsync(cancellationToken);
            drained += result.Buffer.Length;
            transport.Input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                return;
            }
        }
    }

    private static byte[] Compose()
    {
        const string Body = "Plain HTTP was sent to an HTTPS port.\nUse https:// in the address, or the port that speaks plain HTTP.\n";
        return Encoding.ASCII.GetBytes(
            $"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {Body.Length}\r\n"
                + $"Cache-Control: no-store\r\nConnection: close\r\n\r\n{Body}"
        );
    }
}
