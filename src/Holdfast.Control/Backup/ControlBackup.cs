using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Holdfast.Control.Audit;
using Holdfast.Control.Storage;
using Holdfast.Releases.Keys;
using Holdfast.Releases.Signing;

namespace Holdfast.Control.Backup;

/// <summary>Backups of control: its database, every key, the settings file and this machine's token, while it runs or not.</summary>
public static class ControlBackup
{
    private const string Database = "control/control.db";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>What belongs to a backup beside the database and the keys, when it is there.</summary>
    private static readonly string[] OtherFiles = ["holdfast.yaml", "cli-token"];

    /// <summary>Makes a backup of one moment.</summary>
    /// <param name="dataDirectory">The data directory.</param>
    /// <param name="file">The backup; it must not be there yet.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives up; nothing is left behind.</param>
    /// <exception cref="BackupException">Something cannot be read or written.</exception>
    public static async Task<BackupManifest> CreateAsync(
        string dataDirectory,
        string file,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var root = Path.GetFullPath(dataDirectory);
        var target = Path.GetFullPath(file);
        if (File.Exists(target) || Directory.Exists(target))
        {
            throw new BackupException($"{target} is there already; a backup does not overwrite one");
        }

        var staging = Staging(target);
        try
        {
            // The keys first: the audit log's head that is copied is then never ahead of the database that is copied.
            var files = new List<string>();
            foreach (var path in FilesBelow(root, "keys"))
            {
                Copy(root, staging, path, files);
            }

            foreach (var path in OtherFiles.Where(name => File.Exists(Path.Combine(root, name))))
            {
                Copy(root, staging, path, files);
            }

            Directory.CreateDirectory(Path.Combine(staging, "control"), OwnerOnly);
            await DatabaseCopy.CopyAsync(Path.Combine(root, Database), Path.Combine(staging, Database)).ConfigureAwait(false);
            files.Add(Database);
            return await BackupFile.WriteAsync(target, staging, files, time.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ControlDatabaseException)
        {
            throw new BackupException($"no backup was made: {e.Message}", e);
        }
        finally
        {
            Directory.Delete(staging, recursive: true);
        }
    }

    /// <summary>
    /// Puts a backup back. Control must be stopped. The backup is unpacked beside and checked in full first; what was there is kept
    /// aside. All releases are published anew, above everything that any edge can have seen, so that the edges take control's word.
    /// </summary>
    /// <param name="dataDirectory">The data directory; it may be missing.</param>
    /// <param name="file">The backup.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives up before anything is replaced.</param>
    /// <returns>What was in the backup, and where the old data is now (null when there was none).</returns>
    /// <exception cref="BackupException">Control runs, the backup is damaged, or a file cannot be moved.</exception>
    public static async Task<(BackupManifest Manifest, string? Aside)> RestoreAsync(
        string dataDirectory,
        string file,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var root = Path.GetFullPath(dataDirectory);
        try
        {
            KeyFile.CreateDirectory(root);
            var staging = Staging(Path.Combine(root, "restore"));
            try
            {
                using var stopped = await DatabaseCopy
                    .HoldStoppedAsync(Path.Combine(root, Database), time, cancellationToken)
                    .ConfigureAwait(false);
                var manifest = await BackupFile.ExtractAsync(file, staging, cancellationToken).ConfigureAwait(false);
                if (!manifest.Files.Any(entry => entry.Path == Database))
                {
                    throw new BackupException($"{file} holds no database of control's");
                }

                await RenewAsync(staging, manifest, time, cancellationToken).ConfigureAwait(false);
                return (manifest, Swap(root, staging, time));
            }
            finally
            {
                Directory.Delete(staging, recursive: true);
            }
        }
        catch (Exception e)
            when (e
                    is IOException
                        or UnauthorizedAccessException
                        or ControlDatabaseException
                        or KeyFileException
                        or StorageUnavailableException
            )
        {
            throw new BackupException($"nothing was restored: {e.Message}", e);
        }
    }

    /// <summary>Opens the unpacked database as control does, which checks it, and publishes everything anew.</summary>
    private static async Task RenewAsync(string staging, BackupManifest manifest, TimeProvider time, CancellationToken cancellationToken)
    {
        var keys = new KeyDirectory(staging);
        using var key = SigningKey.LoadOrCreate(keys.SigningKeyFile);
        var path = Path.Combine(staging, Database);
        using (var database = ControlDatabase.Open(path, time))
        {
            await RestoredDatabase.RenewAsync(database, new ReleaseSigner(key, time), cancellationToken).ConfigureAwait(false);
            var log = new AuditLog(database);
            var scope = AuditScope.System("control-restored");
            scope.Record(
                "backup",
                "",
                null,
                null,
                new JsonObject { ["created_on"] = Envelope.ApiAnswer.Time(manifest.CreatedOn.UtcDateTime) }
            );
            await log.WriteAsync(scope, cancellationToken).ConfigureAwait(false);
            var last = await log.LastAsync().ConfigureAwait(false);
            AuditHead.Sign(key, last!.Sequence, last.Hash, time.GetUtcNow()).Save(keys.AuditHeadFile);
        }

        File.Delete(path + ".lock");
    }

    /// <summary>
    /// Keeps the old aside and puts the new in its place, while control's lock is held: an 'up' that goes on serving may try to start
    /// control all the time. After a crash in the middle both are still there, and restoring again brings it to its end.
    /// </summary>
    /// <returns>Where the old is, or null when there was none.</returns>
    private static string? Swap(string root, string staging, TimeProvider time)
    {
        var stamp = time.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var aside = Path.Combine(root, $"before-restore-{stamp}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(2))}");

        // A write-ahead log that stayed behind would be played into the new database.
        foreach (var file in new[] { Database + "-wal", Database + "-shm", Database }.Concat(OtherFiles))
        {
            if (
                File.Exists(Path.Combine(root, file))
                && (file.StartsWith(Database, StringComparison.Ordinal) || File.Exists(Path.Combine(staging, file)))
            )
            {
                File.Move(Path.Combine(root, file), Prepared(aside, file));
            }
        }

        // Keys are replaced one by one, never missing: what is in use goes on, and a key that was trusted since stays trusted.
        foreach (var path in FilesBelow(root, "keys"))
        {
            File.Copy(Path.Combine(root, path), Prepared(aside, path));
        }

        foreach (var path in FilesBelow(staging, ""))
        {
            File.Move(Path.Combine(staging, path), Prepared(root, path), overwrite: true);
        }

        return Directory.Exists(aside) ? aside : null;
    }

    private static IEnumerable<string> FilesBelow(string root, string directory)
    {
        var below = Path.Combine(root, directory);
        return Directory.Exists(below)
            ? Directory.GetFiles(below, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(root, path))
            : [];
    }

    private static string Prepared(string root, string path)
    {
        var target = Path.Combine(root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!, OwnerOnly);
        return target;
    }

    private static string Staging(string near)
    {
        var path = $"{near}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}.tmp";
        Directory.CreateDirectory(path, OwnerOnly);
        return path;
    }

    private static void Copy(string root, string staging, string path, List<string> files)
    {
        if (path.EndsWith(".tmp", StringComparison.Ordinal))
        {
            // Half a file that a crash left.
            return;
        }

        File.Copy(Path.Combine(root, path), Prepared(staging, path));
        files.Add(path);
    }
}
