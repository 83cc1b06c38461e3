using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Model.Releases;
using Holdfast.Releases.Store;

namespace Holdfast.Releases.Intake;

/// <summary>
/// The contents that this build refused for good, a line of JSON each behind its checksum; the newest come last. A line that is damaged
/// is passed over: the worst that it costs is one more tasting. So is one of another build, which may have had a defect that this one has not.
/// </summary>
/// <param name="path">The file; its directory is made when the first line is written.</param>
/// <param name="build">What tells this build from others.</param>
internal sealed class RefusalFile(string path, string build)
{
    /// <summary>Most lines; a file with twice as many is written anew with the newest.</summary>
    public const int Capacity = 10_000;

    private const int MostFileBytes = 64 * 1024 * 1024;

    // A reason is one sentence; what is longer quotes something.
    private const int LongestReason = 1_000;

    private int _lines;

    /// <summary>Reads the file.</summary>
    /// <param name="kept">What it holds of this build, oldest first.</param>
    /// <returns>Null, or why it could not be read.</returns>
    public StoreProblem? Open(out IReadOnlyList<KeptRefusal> kept)
    {
        kept = [];
        try
        {
            if (!File.Exists(path))
            {
                return null;
            }

            if (new FileInfo(path).Length > MostFileBytes)
            {
                File.Delete(path);
                return new StoreProblem(path, $"it had more than {MostFileBytes} bytes and was removed");
            }

            var lines = File.ReadAllLines(path);
            var read = new List<KeptRefusal>(lines.Length);
            foreach (var line in lines)
            {
                if (TryRead(line, out var refusal))
                {
                    read.Add(refusal);
                }
            }

            kept = read.Count <= Capacity ? read : read.GetRange(read.Count - Capacity, Capacity);
            _lines = lines.Length;
            if (_lines > 2 * Capacity)
            {
                File.WriteAllLines(path + ".new", kept.Select(Line));
                File.Move(path + ".new", path, overwrite: true);
                _lines = kept.Count;
            }

            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new StoreProblem(path, $"what was refused is not known: {e.Message}");
        }
    }

    /// <summary>Adds a line.</summary>
    /// <returns>Null, or why it could not be written.</returns>
    public StoreProblem? Append(KeptRefusal refusal)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);

            // What a crash has cut off must not take this line with it.
            var isCut = file.Length > 0 && file.Seek(-1, SeekOrigin.End) >= 0 && file.ReadByte() != '\n';
            file.Seek(0, SeekOrigin.End);
            file.Write(Encoding.UTF8.GetBytes((isCut ? "\n" : "") + Line(refusal) + "\n"));
            _lines++;
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            return new StoreProblem(path, $"a refusal cannot be kept: {e.Message}");
        }
    }

    private string Line(KeptRefusal refusal)
    {
        var reason = refusal.Reason.Length <= LongestReason ? refusal.Reason : refusal.Reason[..LongestReason];
        var json = new JsonObject
        {
            ["build"] = build,
            ["kind"] = ArtifactKindNames.Of(refusal.Kind),
            ["name"] = refusal.Name,
            ["digest"] = refusal.Digest,
            ["reason"] = reason,
        }.ToJsonString();
        return string.Create(CultureInfo.InvariantCulture, $"{SegmentRecord.Checksum(Encoding.UTF8.GetBytes(json)):x8} {json}");
    }

    private bool TryRead(string line, [NotNullWhen(true)] out KeptRefusal? refusal)
    {
        refusal = null;
        if (
            line.Length < 10
            || !uint.TryParse(line.AsSpan(0, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var checksum)
            || checksum != SegmentRecord.Checksum(Encoding.UTF8.GetBytes(line[9..]))
        )
        {
            return false;
        }

        try
        {
            var json = JsonNode.Parse(line[9..])!;
            if ((string?)json["build"] == build && ArtifactKindNames.TryParse((string)json["kind"]!, out var kind))
            {
                refusal = new KeptRefusal(kind, (string)json["name"]!, (string)json["digest"]!, (string)json["reason"]!);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentNullException or NullReferenceException)
        {
            // Whole, and still not ours: another build's form.
        }

        return refusal is not null;
    }
}

/// <summary>A content that was refused for good.</summary>
internal sealed record KeptRefusal(ArtifactKind Kind, string Name, string Digest, string Reason);
