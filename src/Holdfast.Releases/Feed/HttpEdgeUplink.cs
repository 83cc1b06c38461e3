using System.Text.Json;
using Holdfast.Model.Uplink;
using Holdfast.Releases.Wire;

namespace Holdfast.Releases.Feed;

/// <summary>The uplink over HTTP: <c>POST CONTROL/holdfast/v1/uplink</c> with a JSON array of records.</summary>
public sealed class HttpEdgeUplink : IEdgeUplink
{
    /// <summary>Most records in a batch.</summary>
    public const int MaxRecords = 1_000;

    /// <summary>Largest batch in bytes that control reads.</summary>
    public const int MaxBatchBytes = 4 * 1024 * 1024;

    private const int MaxAnswerBytes = 1024;
    private static readonly TimeSpan MaxSilence = TimeSpan.FromSeconds(15);

    private readonly ControlChannel _channel;
    private readonly string _path;

    /// <summary>An uplink to this control; the parameters are those of <see cref="HttpReleaseFeed"/>, and the path that takes the records.</summary>
    public HttpEdgeUplink(
        HttpClient client,
        Uri control,
        string node,
        FeedSecret? secret,
        TimeProvider time,
        string path = FeedHeaders.UplinkPath
    )
    {
        _path = path;
        _channel = new ControlChannel(client, control, node, secret, time);
    }

    /// <inheritdoc/>
    /// <exception cref="HttpRequestException">Control cannot be reached.</exception>
    /// <exception cref="ControlRefusedException">It did not take the batch, or could not prove that it is control.</exception>
    /// <exception cref="TimeoutException">It did not answer in time.</exception>
    public async Task<long> SendAsync(IReadOnlyList<UplinkRecord> batch, CancellationToken cancellationToken)
    {
        using var silence = new SilenceTimer(MaxSilence, _channel.Time, cancellationToken);
        using var response = await silence
            .RunAsync(token => _channel.SendAsync(HttpMethod.Post, _path, UplinkCodec.EncodeBatch(batch), token))
            .ConfigureAwait(false);
        if (response.Content.Headers.ContentLength is not (> 0 and <= MaxAnswerBytes))
        {
            throw new ControlRefusedException("control answered the uplink with something that is no answer to it");
        }

        var bytes = await silence.RunAsync(token => response.Content.ReadAsByteArrayAsync(token)).ConfigureAwait(false);
        try
        {
            return JsonSerializer.Deserialize(bytes, WireJson.Default.UplinkAnswer)?.Sequence ?? 0;
        }
        catch (JsonException e)
        {
            throw new ControlRefusedException($"control answered the uplink with something that is no answer to it: {e.Message}");
        }
    }
}
