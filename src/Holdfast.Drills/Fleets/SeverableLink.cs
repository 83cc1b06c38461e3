using System.Net;
using System.Net.Sockets;

namespace Holdfast.Drills.Fleets;

/// <summary>The network between an edge and control: a TCP forwarder that a drill can cut and mend.</summary>
internal sealed class SeverableLink : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly IPEndPoint target;
    private readonly CancellationTokenSource closing = new();
    private readonly Lock gate = new();
    private readonly HashSet<TcpClient> open = [];
    private readonly Task accepting;
    private bool cut;

    /// <param name="targetPort">Where it leads to, on 127.0.0.1.</param>
    public SeverableLink(int targetPort)
    {
        target = new IPEndPoint(IPAddress.Loopback, targetPort);
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        accepting = AcceptAsync();
    }

    /// <summary>The near end, on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Drops what is open; from now on whoever connects is dropped at once.</summary>
    public void Cut()
    {
        lock (gate)
        {
            cut = true;
            foreach (var connection in open)
            {
                connection.Close();
            }

            open.Clear();
        }
    }

    /// <summary>Lets connections through again.</summary>
    public void Mend()
    {
        lock (gate)
        {
            cut = false;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        listener.Stop();
        Cut();
        await accepting;
        closing.Dispose();
    }

    private async Task AcceptAsync()
    {
        var passing = new List<Task>();
        try
        {
            while (true)
            {
                var near = await listener.AcceptTcpClientAsync(closing.Token);
                passing.RemoveAll(static task => task.IsCompleted);
                passing.Add(PassAsync(near));
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(passing);
        }
    }

    private async Task PassAsync(TcpClient near)
    {
        using var far = new TcpClient();
        using (near)
        {
            if (!Hold(near) || !Hold(far))
            {
                return;
            }

            try
            {
                await far.ConnectAsync(target, closing.Token);
                await Task.WhenAny(CopyAsync(near, far), CopyAsync(far, near));
            }
            catch (Exception fault)
                when (fault
                        is OperationCanceledException
                            or SocketException
                            or IOException
                            or ObjectDisposedException
                            or InvalidOperationException
                )
            {
                // Cut, or the far end does not listen: the near end sees its connection go.
            }
            finally
            {
                Let(near);
                Let(far);
            }
        }
    }

    private async Task CopyAsync(TcpClient from, TcpClient to)
    {
        try
        {
            await from.GetStream().CopyToAsync(to.GetStream(), closing.Token);
        }
        catch (Exception fault)
            when (fault
                    is OperationCanceledException
                        or SocketException
                        or IOException
                        or ObjectDisposedException
                        or InvalidOperationException
            )
        {
            // One direction ended; the connection ends with it.
        }
    }

    private bool Hold(TcpClient connection)
    {
        lock (gate)
        {
            return !cut && open.Add(connection);
        }
    }

    private void Let(TcpClient connection)
    {
        lock (gate)
        {
            open.Remove(connection);
        }
    }
}
