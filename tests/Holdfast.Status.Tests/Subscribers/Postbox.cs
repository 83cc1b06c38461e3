using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Holdfast.Status.Tests.Subscribers;

/// <summary>A mail server (RFC 5321) on a free port that keeps what it is given.</summary>
internal sealed class Postbox : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentQueue<(string To, string Text)> mails = new();
    private readonly ConcurrentBag<Task> sessions = [];
    private readonly Task accepting;

    public Postbox()
    {
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Whose mails it does not take.</summary>
    public Func<string, bool> Refuses { get; set; } = _ => false;

    /// <summary>Called when a mail is taken, before the sender hears of it.</summary>
    public Action Taken { get; set; } = () => { };

    public IReadOnlyList<(string To, string Text)> Mails => [.. mails];

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await Task.WhenAll([accepting, .. sessions]);
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                sessions.Add(ServeAsync(await listener.AcceptTcpClientAsync(stop.Token)));
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Told to stop.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                await using var stream = client.GetStream();
                using var reader = new StreamReader(stream, Encoding.UTF8);
                var to = "";
                await SayAsync(stream, "220 localhost");
                while (await reader.ReadLineAsync(stop.Token) is { } line)
                {
                    switch (line.Split(' ', ':')[0].ToUpperInvariant())
                    {
                        case "EHLO":
                            await SayAsync(stream, "250-localhost\r\n250 8BITMIME");
                            break;
                        case "RCPT":
                            to = line.Split('<')[1].Split('>')[0];
                            await SayAsync(stream, Refuses(to) ? "451 not now" : "250 ok");
                            break;
                        case "DATA":
                            await SayAsync(stream, "354 go on");
                            mails.Enqueue((to, await ReadMailAsync(reader)));
                            Taken();
                            await SayAsync(stream, "250 ok");
                            break;
                        case "QUIT":
                            await SayAsync(stream, "221 bye");
                            return;
                        default:
                            await SayAsync(stream, "250 ok");
                            break;
                    }
                }
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException)
        {
            // Told to stop, or the sender is gone.
        }
    }

    private async Task<string> ReadMailAsync(StreamReader reader)
    {
        var text = new StringBuilder();
        while (await reader.ReadLineAsync(stop.Token) is { } line && line != ".")
        {
            text.Append(line.StartsWith('.') ? line[1..] : line).Append('\n');
        }

        return text.ToString();
    }

    private async Task SayAsync(NetworkStream stream, string line) =>
        await stream.WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n"), stop.Token);
}
