using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net.Security;
using System.Runtime.CompilerServices;
using Holdfast.Model.Releases;

namespace Holdfast.Releases.Feed;

/// <summary>
/// The feed over HTTP: <c>GET CONTROL/holdfast/v1/feed?after=N</c> answers with lines of JSON (<see cref="FeedCodec"/>) for as long as
/// both sides live. Control sends something at least every 5 s.
/// </summary>
public sealed class HttpReleaseFeed : IReleaseFeed
{
    /// <summary>Silence after which the channel counts as lost: four missed heartbeats.</summary>
    public static readonly TimeSpan MaxSilence = TimeSpan.FromSeconds(20);

    private readonly ControlChannel _channel;

    /// <summary>A feed from this control.</summary>
    /// <param name="client">Makes the connections; its timeout must be infinite. It stays the caller's.</param>
    /// <param name="control">Control's address, <c>http://127.0.0.1:8600</c>.</param>
    /// <param name="node">This edge's name.</param>
    /// <param name="secret">The installation's feed key; null for a node that has joined: TLS proves both ends then.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ArgumentException">The node's name is not one, see <see cref="FeedSecret.IsNodeName"/>.</exception>
    public HttpReleaseFeed(HttpClient client, Uri control, string node, FeedSecret? secret, TimeProvider time)
    {
        _channel = new ControlChannel(client, control, node, secret, time);
    }

    /// <summary>Whether proposed artifacts are wanted, to rehearse them. Default no.</summary>
    public bool Rehearses { get; init; }

    /// <summary>A client made for the channels to control: no proxy, no redirects, no cookies, no timeout of its own.</summary>
    /// <param name="tls">How it speaks TLS; see <see cref="Joining.ControlTls"/>.</param>
    public static HttpClient CreateClient(SslClientAuthenticationOptions? tls = null) =>
        new(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseProxy = false,
                UseCookies = false,
                ConnectTimeout = TimeSpan.FromSeconds(5),
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                MaxResponseHeadersLength = 16,
                SslOptions = tls ?? new SslClientAuthenticationOptions(),
            }
        )
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };

    /// <inheritdoc/>
    public async IAsyncEnumerable<FeedMessage> ReadAsync(FeedPosition after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"{FeedHeaders.FeedPath}?after={after.Release}");
        if (after.Purge is { } purge)
        {
            path = string.Create(CultureInfo.InvariantCulture, $"{path}&purged={purge.Log}:{purge.Sequence}");
        }

        if (Rehearses)
        {
            path = $"{path}&{FeedHeaders.RehearsesQuery}=1";
        }

        using var silence = new SilenceTimer(MaxSilence, _channel.Time, cancellationToken);
        using var response = await silence.RunAsync(token => _channel.SendAsync(HttpMethod.Get, path, null, token)).ConfigureAwait(false);
        var stream = await silence.RunAsync(token => response.Content.ReadAsStreamAsync(token)).ConfigureAwait(false);
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 64 * 1024));
        try
        {
            while (true)
            {
                var read = await silence.RunAsync(token => reader.ReadAsync(token).AsTask()).ConfigureAwait(false);
                var buffer = read.Buffer;
                while (TryReadLine(ref buffer, out var line))
                {
                    yield return FeedCodec.ReadLine(line.IsSingleSegment ? line.FirstSpan : line.ToArray());
                }

                if (buffer.Length > FeedCodec.MaxLineBytes)
                {
                    throw new FormatException($"the feed sent a line longer than {FeedCodec.MaxLineBytes} bytes");
                }

                reader.AdvanceTo(buffer.Start, buffer.End);
                if (read.IsCompleted)
                {
                    throw new IOException("control closed the feed");
                }
            }
        }
        finally
        {
            await reader.CompleteAsync().ConfigureAwait(false);
        }
    }

    private static bool TryReadLine(ref ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> line)
    {
        if (buffer.PositionOf((byte)'\n') is not { } end)
        {
            line = default;
            return false;
        }

        line = buffer.Slice(0, end);
        buffer = buffer.Slice(buffer.GetPosition(1, end));
        return true;
    }
}
