using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Holdfast.Bench.Reports;

/// <summary>Visitors who report and read. Times are from the moment that was planned, so a slow answer delays no later one from sight.</summary>
internal sealed class Crowd(Uri url, string slug)
{
    /// <summary>Readings of the page a second.</summary>
    private const int Readers = 50;

    private readonly HttpClient client = new(
        new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            MaxConnectionsPerServer = 1_000,
        }
    )
    {
        Timeout = TimeSpan.FromSeconds(60),
    };
    private readonly Uri challenge = new(url, $"/reports/{slug}/challenge");
    private readonly Uri page = new(url, $"/reports/{slug}");
    private int acknowledged;
    private int asked;
    private int refused;
    private int faults;
    private int visitor;

    public int Acknowledged => acknowledged;
    public int Asked => asked;
    public int Refused => refused;
    public int Faults => faults;

    /// <summary>Milliseconds of each report: the challenge, the work and the answer.</summary>
    public ConcurrentBag<double> ReportTimes { get; } = [];

    /// <summary>Milliseconds of each reading of the page.</summary>
    public ConcurrentBag<double> PageTimes { get; } = [];

    public async Task WarmUpAsync()
    {
        for (var i = 0; i < 200; i++)
        {
            await Task.WhenAll(ReportAsync(Stopwatch.GetTimestamp()), ReadAsync(Stopwatch.GetTimestamp()));
        }

        ReportTimes.Clear();
        PageTimes.Clear();
    }

    public async Task RunAsync(int rate, int seconds)
    {
        var under = new ConcurrentBag<Task>();
        var began = Stopwatch.GetTimestamp();
        var (reports, readings) = (0L, 0L);
        while (true)
        {
            var elapsed = Math.Min(Stopwatch.GetElapsedTime(began).TotalSeconds, seconds);
            for (; reports < (long)(elapsed * rate); reports++)
            {
                under.Add(ReportAsync(began + (reports * Stopwatch.Frequency / rate)));
            }

            for (; readings < (long)(elapsed * Readers); readings++)
            {
                under.Add(ReadAsync(began + (readings * Stopwatch.Frequency / Readers)));
            }

            if (elapsed >= seconds)
            {
                break;
            }

            await Task.Delay(2);
        }

        await Task.WhenAll(under);
    }

    public static double Percentile(IEnumerable<double> times, double share)
    {
        var sorted = times.Order().ToArray();
        return sorted.Length == 0 ? 0 : sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * share))];
    }

    public static string Percentiles(IReadOnlyCollection<double> times) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{times.Count} in ms: p50 {Percentile(times, 0.5):0.0}, p90 {Percentile(times, 0.9):0.0}, p99 {Percentile(times, 0.99):0.0}, most {Percentile(times, 1):0.0}"
        );

    private async Task ReportAsync(long planned)
    {
        // Every one is a /24 of its own, and 256 of them a network.
        var number = Interlocked.Increment(ref visitor);
        var address = $"{20 + (number >> 16)}.{(number >> 8) & 255}.{number & 255}.9";
        Interlocked.Increment(ref asked);
        try
        {
            var (text, nonce) = await WorkAsync(address).ConfigureAwait(false);
            using var request = new HttpRequestMessage(HttpMethod.Post, page);
            request.Headers.TryAddWithoutValidation("X-Forwarded-For", address);
            request.Content = new StringContent(
                $"problem=errors&comment=&challenge={text}&nonce={nonce}",
                Encoding.ASCII,
                "application/x-www-form-urlencoded"
            );
            using var response = await client.SendAsync(request).ConfigureAwait(false);
            await response.Content.CopyToAsync(Stream.Null).ConfigureAwait(false);
            ReportTimes.Add(Stopwatch.GetElapsedTime(planned).TotalMilliseconds);
            if (response.StatusCode == HttpStatusCode.Created)
            {
                Interlocked.Increment(ref acknowledged);
            }
            else
            {
                Interlocked.Increment(ref refused);
            }
        }
        catch (Exception fault) when (fault is HttpRequestException or OperationCanceledException)
        {
            Interlocked.Increment(ref faults);
        }
    }

    private async Task ReadAsync(long planned)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, page);
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "br");
        using var response = await client.SendAsync(request).ConfigureAwait(false);
        await response.Content.CopyToAsync(Stream.Null).ConfigureAwait(false);
        response.EnsureSuccessStatusCode();
        PageTimes.Add(Stopwatch.GetElapsedTime(planned).TotalMilliseconds);
    }

    private async Task<(string Challenge, int Nonce)> WorkAsync(string address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, challenge);
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", address);
        using var response = await client.SendAsync(request).ConfigureAwait(false);
        response.EnsureSuccessStatusCode();
        using var task = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync().ConfigureAwait(false));
        var text = task.RootElement.GetProperty("challenge").GetString()!;
        var bits = task.RootElement.GetProperty("bits").GetInt32();
        for (var nonce = 0; ; nonce++)
        {
            var hash = SHA256.HashData(Encoding.ASCII.GetBytes($"{text}:{nonce}"));
            if (System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(hash) >> (32 - bits) == 0)
            {
                return (text, nonce);
            }
        }
    }
}
