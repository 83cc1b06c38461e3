using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Control.Backup;

/// <summary>
/// A backup: the line <c>holdfast-backup 1</c>, a tar archive whose first entry is a manifest that names the other files, and one last
/// line: the SHA-256 of everything before it. Whatever is cut off or changed is noticed before anything is unpacked.
/// </summary>
internal static class BackupFile
{
    private const string Magic = "holdfast-backup 1\n";
    private const int SealBytes = 65;
    private const string ManifestName = "manifest.json";
    private const int MaxManifestBytes = 1024 * 1024;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes a backup; the file is there whole or not at all, mode 0600.</summary>
    /// <param name="path">The file; it must not be there yet.</param>
    /// <param name="root">Where the files are.</param>
    /// <param name="files">Their paths below it, with slashes.</param>
    /// <param name="createdOn">When the backup is made.</param>
    /// <param name="cancellationToken">Gives up; nothing is left behind.</param>
    /// <exception cref="BackupException">It cannot be written, or is there already.</exception>
    public static async Task<BackupManifest> WriteAsync(
        string path,
        string root,
        IReadOnlyList<string> files,
        DateTimeOffset createdOn,
        CancellationToken cancellationToken
    )
    {
        var temporary = path + ".part";
        try
        {
            var described = files.Select(file => new BackupEntry(file, new FileInfo(Path.Combine(root, file)).Length)).ToList();
            var manifest = new BackupManifest(createdOn, described);
            var bytes = JsonSerializer.SerializeToUtf8Bytes(manifest, BackupJson.Default.BackupManifest);
            var options = new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.ReadWrite,
                UnixCreateMode = OwnerOnly,
            };
            await using (var output = new FileStream(temporary, options))
            {
                await output.WriteAsync(Encoding.ASCII.GetBytes(Magic), cancellationToken).ConfigureAwait(false);
                await using (var tar = new TarWriter(output, TarEntryFormat.Pax, leaveOpen: true))
                {
                    await AddAsync(tar, ManifestName, new MemoryStream(bytes), cancellationToken).ConfigureAwait(false);
                    foreach (var file in files)
                    {
                        await AddAsync(tar, file, File.OpenRead(Path.Combine(root, file)), cancellationToken).ConfigureAwait(false);
                    }
                }

                var seal = await SealAsync(output, output.Length, cancellationToken).ConfigureAwait(false);
                await output.WriteAsync(seal, cancellationToken).ConfigureAwait(false);
                output.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: false);
            return manifest;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BackupException($"{path} cannot be written: {e.Message}", e);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Unpacks a backup and checks all of it.</summary>
    /// <param name="path">The backup.</param>
    /// <param name="into">An empty directory.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BackupException">It is damaged or none; what was unpacked so far must not be used.</exception>
    public static async Task<BackupManifest> ExtractAsync(string path, string into, CancellationToken cancellationToken)
    {
        try
        {
            await using var input = File.OpenRead(path);
            await CheckAsync(input, cancellationToken).ConfigureAwait(false);
            await using var tar = new TarReader(input, leaveOpen: true);
            var manifest = await ReadManifestAsync(tar, cancellationToken).ConfigureAwait(false);
            var missing = manifest.Files.ToDictionary(file => file.Path, StringComparer.Ordinal);
            while (await tar.GetNextEntryAsync(copyData: false, cancellationToken).ConfigureAwait(false) is { } entry)
            {
                if (!missing.Remove(entry.Name, out var described))
                {
                    throw new InvalidDataException($"{entry.Name} is not in its manifest, or there twice");
                }

                await UnpackAsync(entry, described, into, cancellationToken).ConfigureAwait(false);
            }

            return missing.Count == 0 ? manifest : throw new InvalidDataException($"{missing.Keys.First()} is missing");
        }
        catch (Exception e)
            when (e
                    is IOException
                        or UnauthorizedAccessException
                        or InvalidDataException
                        or JsonException
                        or FormatException
                        or ArgumentException
            )
        {
            throw new BackupException($"{path} cannot be used: {e.Message}", e);
        }
    }

    private static async Task AddAsync(TarWriter tar, string name, Stream content, CancellationToken cancellationToken)
    {
        await using (content.ConfigureAwait(false))
        {
            var entry = new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = content, Mode = OwnerOnly };
            await tar.WriteEntryAsync(entry, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Checks the first line and the seal, and leaves the stream behind the first line.</summary>
    private static async Task CheckAsync(FileStream input, CancellationToken cancellationToken)
    {
        var head = new byte[Magic.Length];
        var read = await input.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (read < head.Length || !head.AsSpan().SequenceEqual(Encoding.ASCII.GetBytes(Magic)))
        {
            throw new InvalidDataException("it is no backup of Holdfast's");
        }

        var sealedBytes = input.Length - SealBytes;
        var found = new byte[SealBytes];
        var expected = sealedBytes < head.Length ? [] : await SealAsync(input, sealedBytes, cancellationToken).ConfigureAwait(false);
        if (expected.Length > 0)
        {
            await input.ReadExactlyAsync(found, cancellationToken).ConfigureAwait(false);
        }

        if (!found.AsSpan().SequenceEqual(expected))
        {
            throw new InvalidDataException("its checksum does not match: it is cut off or damaged");
        }

        input.Position = head.Length;
    }

    /// <summary>The last line for the first bytes of a file; the stream then stands behind those.</summary>
    private static async Task<byte[]> SealAsync(FileStream file, long length, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[128 * 1024];
        file.Position = 0;
        while (length > 0)
        {
            var part = buffer.AsMemory(0, (int)Math.Min(buffer.Length, length));
            await file.ReadExactlyAsync(part, cancellationToken).ConfigureAwait(false);
            hash.AppendData(part.Span);
            length -= part.Length;
        }

        return Encoding.ASCII.GetBytes(Convert.ToHexStringLower(hash.GetHashAndReset()) + "\n");
    }

    private static async Task<BackupManifest> ReadManifestAsync(TarReader tar, CancellationToken cancellationToken)
    {
        var entry = await tar.GetNextEntryAsync(copyData: false, cancellationToken).ConfigureAwait(false);
        if (entry is not { Name: ManifestName, Length: > 0 and <= MaxManifestBytes, DataStream: { } content })
        {
            throw new InvalidDataException("it does not begin with its manifest");
        }

        var bytes = new byte[entry.Length];
        await content.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
        var manifest = JsonSerializer.Deserialize(bytes, BackupJson.Default.BackupManifest);
        return manifest is { Files: not null } && manifest.Files.All(file => IsPlain(file.Path))
            ? manifest
            : throw new InvalidDataException("its manifest names files that are not below the data directory");
    }

    private static async Task UnpackAsync(TarEntry entry, BackupEntry described, string into, CancellationToken cancellationToken)
    {
        var target = Path.Combine(into, described.Path);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!, OwnerOnly | UnixFileMode.UserExecute);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            UnixCreateMode = OwnerOnly,
        };
        await using var output = new FileStream(target, options);
        if (entry.DataStream is { } content)
        {
            await content.CopyToAsync(output, cancellationToken).ConfigureAwait(false);
        }

        output.Flush(flushToDisk: true);
        if (output.Length != described.Bytes)
        {
            throw new InvalidDataException($"{described.Path} has {output.Length} bytes instead of {described.Bytes}");
        }
    }

    private static bool IsPlain(string path) =>
        path.Split('/')
            .All(part => part is not ("" or "." or "..") && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'));
}

/// <summary>What a backup holds.</summary>
/// <param name="CreatedOn">When it was made.</param>
/// <param name="Files">Its files.</param>
public sealed record BackupManifest(DateTimeOffset CreatedOn, IReadOnlyList<BackupEntry> Files);

/// <summary>One file of a backup.</summary>
/// <param name="Path">Its path below the data directory, with slashes.</param>
/// <param name="Bytes">Its length.</param>
public sealed record BackupEntry(string Path, long Bytes);

/// <summary>A backup cannot be made, read or put back; the message says why.</summary>
public sealed class BackupException : Exception
{
    /// <summary>Something that cannot be done.</summary>
    public BackupException(string message, Exception? inner = null)
        : base(message, inner) { }
}

/// <summary>The manifest's form.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(BackupManifest))]
internal sealed partial class BackupJson : JsonSerializerContext;
