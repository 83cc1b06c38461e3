using System.Globalization;
using System.Text;
using System.Text.Json;
using Holdfast.Model.Purging;
using Holdfast.Releases.Store;
using Holdfast.Releases.Wire;

namespace Holdfast.Releases.Purging;

/// <summary>
/// What an edge remembers of purges, on its disk: one file of lines, each with a checksum before it. Marks are appended as they are put
/// down; where the purge log stands is written, and everything flushed to the disk, after each burst. What a crash takes from its end
/// comes again with the feed. A journal that grew is written anew with what still counts. One thread uses it.
/// </summary>
/// <param name="path">The file; its directory is made when it is needed.</param>
internal sealed class PurgeJournal(string path) : IDisposable
{
    // Beside what still counted when it was written last: below this it is not worth writing anew.
    private const long Slack = 1024 * 1024;

    private FileStream? _file;
    private long _newAbove;

    /// <summary>Whether the file must be written anew before it can be appended to.</summary>
    public bool IsBroken { get; private set; } = true;

    /// <summary>Whether it has grown so much that it should be written anew.</summary>
    public bool IsLong => _file is { } file && file.Position > _newAbove;

    /// <summary>Reads the file. Never throws for what is on the disk.</summary>
    /// <param name="position">Where the purge log stood; <see cref="PurgePosition.None"/> when there is no file, or a damaged one.</param>
    /// <param name="snapshot">What was remembered.</param>
    /// <returns>Why the file cannot be believed, or null: purges that it should know of may be missing.</returns>
    public StoreProblem? Open(out PurgePosition position, out PurgeSnapshot snapshot)
    {
        position = PurgePosition.None;
        var (floor, marks) = (0L, new List<PurgeMark>());
        snapshot = new PurgeSnapshot(floor, marks);
        try
        {
            if (!File.Exists(path))
            {
                return null;
            }

            var bytes = File.ReadAllBytes(path);
            var whole = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
            for (var start = 0; start < whole; )
            {
                var end = start + bytes.AsSpan(start).IndexOf((byte)'\n');
                if (Read(bytes.AsSpan(start..end)) is not { } line)
                {
                    return new StoreProblem(path, "a line of it is damaged: everything in the cache counts as purged");
                }

                (position, floor) = line.Log is { } log ? (new PurgePosition(log, line.Sequence), line.Floor) : (position, floor);
                if (line.Zone is { } zone && PurgeKindNames.TryParse(line.Kind, out var kind))
                {
                    marks.Add(new PurgeMark(line.Number, zone, kind, line.Value ?? ""));
                }

                start = end + 1;
            }

            snapshot = new PurgeSnapshot(floor, marks);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new StoreProblem(path, $"it cannot be read, and everything in the cache counts as purged: {e.Message}");
        }
    }

    /// <summary>Appends marks, which are on the disk after the next <see cref="SaveState"/>.</summary>
    /// <returns>What went wrong, or null.</returns>
    public StoreProblem? Append(IEnumerable<PurgeMark> marks) =>
        Guarded(() =>
        {
            foreach (var mark in marks)
            {
                _file!.Write(LineOf(mark));
            }
        });

    /// <summary>Says where the purge log stands, and flushes everything to the disk.</summary>
    /// <returns>What went wrong, or null.</returns>
    public StoreProblem? SaveState(PurgePosition position, long floor) =>
        Guarded(() =>
        {
            _file!.Write(LineOf(position, floor));
            _file.Flush(flushToDisk: true);
        });

    /// <summary>Writes the file anew.</summary>
    /// <returns>What went wrong, or null.</returns>
    public StoreProblem? Rewrite(PurgePosition position, PurgeSnapshot snapshot)
    {
        Close();
        IsBroken = false;
        return Guarded(() =>
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            AtomicFile.Write(
                path,
                stream =>
                {
                    foreach (var mark in snapshot.Marks)
                    {
                        stream.Write(LineOf(mark));
                    }

                    stream.Write(LineOf(position, snapshot.Floor));
                }
            );
            _file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read);
            _newAbove = (_file.Position * 2) + Slack;
        });
    }

    /// <inheritdoc/>
    public void Dispose() => Close();

    private static byte[] LineOf(PurgeMark mark) =>
        LineOf(
            new JournalLine
            {
                Number = mark.Number,
                Zone = mark.ZoneId,
                Kind = PurgeKindNames.Of(mark.Kind),
                Value = mark.Value,
            }
        );

    private static byte[] LineOf(PurgePosition position, long floor) =>
        LineOf(
            new JournalLine
            {
                Log = position.Log,
                Sequence = position.Sequence,
                Floor = floor,
            }
        );

    private static byte[] LineOf(JournalLine line)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(line, WireJson.Default.JournalLine);
        var checksum = SegmentRecord.Checksum(json).ToString("x8", CultureInfo.InvariantCulture);
        return [.. Encoding.ASCII.GetBytes(checksum), (byte)' ', .. json, (byte)'\n'];
    }

    private static JournalLine? Read(ReadOnlySpan<byte> line)
    {
        if (
            line.Length < 10
            || !uint.TryParse(line[..8], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var checksum)
            || SegmentRecord.Checksum(line[9..]) != checksum
        )
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(line[9..], WireJson.Default.JournalLine);
        }
        catch (JsonException)
        {
            // A newer build wrote it.
            return null;
        }
    }

    private StoreProblem? Guarded(Action write)
    {
        if (IsBroken)
        {
            return null;
        }

        try
        {
            write();
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            // The last is the framework's word for a file that may not grow (EFBIG).
            IsBroken = true;
            Close();
            return new StoreProblem(path, $"purges are in effect, and a restart may have to be told of them again: {e.Message}");
        }
    }

    private void Close()
    {
        try
        {
            _file?.Dispose();
        }
        catch (IOException)
        {
            // What could not be written is written anew.
        }

        _file = null;
    }
}
