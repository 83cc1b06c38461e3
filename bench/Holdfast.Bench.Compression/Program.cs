using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using ZstdSharp.Unsafe;

// Which level of which coding the edge uses, measured: for each file on the command line, a line of the table in docs/performance.md
// for every coding and level. One encoder for each body, as in the edge; window 256 KiB; CPU of this process, best of several rounds.
const int windowLog = 18;
const int rounds = 5;
const double roundSeconds = 0.3;

Console.WriteLine("| file | coding | level | µs of CPU | MB/s | of its size |");
Console.WriteLine("|---|---|---|---|---|---|");
foreach (var file in args)
{
    var bytes = File.ReadAllBytes(file);
    foreach (var level in (int[])[1, 4, 6, 9])
    {
        Measure("gzip", level, () => Through(s => new GZipStream(s, new ZLibCompressionOptions { CompressionLevel = level }, true)));
    }

    foreach (var level in (int[])[1, 3, 4, 5, 6])
    {
        Measure("br", level, () => Brotli(level));
    }

    foreach (var level in (int[])[1, 3, 6, 9])
    {
        Measure("zstd", level, () => Through(s => Zstd(s, level)));
    }

    void Measure(string coding, int level, Func<int> encode)
    {
        var length = encode();
        var best = double.MaxValue;
        for (var round = 0; round < rounds; round++)
        {
            var began = Process.GetCurrentProcess().TotalProcessorTime;
            var clock = Stopwatch.StartNew();
            var count = 0;
            while (clock.Elapsed.TotalSeconds < roundSeconds)
            {
                encode();
                count++;
            }

            best = Math.Min(best, (Process.GetCurrentProcess().TotalProcessorTime - began).TotalMicroseconds / count);
        }

        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {Path.GetFileName(file)}, {bytes.Length:N0} | {coding} | {level} | {best:N0} | {bytes.Length / best:F0} | {100.0 * length / bytes.Length:F1}% |"
            )
        );
    }

    int Through(Func<Stream, Stream> coding)
    {
        using var into = new MemoryStream(bytes.Length);
        using (var stream = coding(into))
        {
            stream.Write(bytes);
        }

        return (int)into.Length;
    }

    int Brotli(int level)
    {
        var room = new byte[BrotliEncoder.GetMaxCompressedLength(bytes.Length)];
        using var encoder = new BrotliEncoder(level, windowLog);
        encoder.Compress(bytes, room, out _, out var written, isFinalBlock: true);
        return written;
    }
}

static ZstdSharp.CompressionStream Zstd(Stream into, int level)
{
    var stream = new ZstdSharp.CompressionStream(into, level, leaveOpen: true);
    stream.SetParameter(ZSTD_cParameter.ZSTD_c_windowLog, windowLog);
    return stream;
}
