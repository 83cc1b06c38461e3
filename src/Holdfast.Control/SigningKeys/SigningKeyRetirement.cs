using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Control.Audit;
using Holdfast.Control.Envelope;
using Holdfast.Control.Storage;
using Holdfast.Model.Releases;
using Holdfast.Model.Uplink;
using Holdfast.Releases.Keys;
using Holdfast.Releases.Signing;

namespace Holdfast.Control.SigningKeys;

/// <summary>
/// Ends the trust in a former signing key. In one transaction, what it signed last of every artifact, and every purge that it signed, is
/// signed anew with the key of today, and behind all of it the key is retired; edges take it in this order. Then its file goes. A control that dies before the commit
/// has not begun; one that dies behind it removes the file at its next start.
/// </summary>
internal sealed class SigningKeyRetirement
{
    private readonly ControlDatabase _database;
    private readonly KeyDirectory _keys;
    private readonly ReleaseSigner _signer;
    private readonly PurgeLog _purges;
    private readonly AuditHeadWriter _heads;
    private readonly Action<string>? _atStep;

    public SigningKeyRetirement(
        ControlDatabase database,
        KeyDirectory keys,
        ReleaseSigner signer,
        PurgeLog purges,
        AuditHeadWriter heads,
        Action<string>? atStep = null
    )
    {
        _database = database;
        _keys = keys;
        _signer = signer;
        _purges = purges;
        _heads = heads;
        _atStep = atStep;
    }

    /// <summary>Removes the files of retired keys that are still there. Before anybody reads them.</summary>
    /// <exception cref="KeyFileException">One cannot be removed.</exception>
    public static async Task FinishAsync(ControlDatabase database, KeyDirectory keys)
    {
        foreach (var id in keys.TrustedIds())
        {
            if (await ReleaseLog.HasAsync(database, ArtifactKind.SigningKey, KeyAnnouncement.RetiredName(id)).ConfigureAwait(false))
            {
                TrustedKey.Remove(id, keys.TrustedDirectory);
            }
        }
    }

    /// <summary>Retires a key.</summary>
    /// <param name="id">The key's id.</param>
    /// <param name="force">Whether edges that have not said that they believe the key of today do not matter.</param>
    /// <param name="audit">Gets what happened.</param>
    /// <param name="cancellationToken">Gives up before anything is written.</param>
    /// <exception cref="ApiException">There is no such key (404), it is in use, or edges would be left behind (409).</exception>
    /// <exception cref="KeyFileException">A file cannot be read or removed; what is committed is finished at the next start.</exception>
    public async Task RetireAsync(string id, bool force, AuditScope audit, CancellationToken cancellationToken)
    {
        if (!_keys.TrustedIds().Contains(id, StringComparer.Ordinal))
        {
            throw ApiException.NotFound("there is no such signing key");
        }

        var path = Path.Combine(_keys.TrustedDirectory, id + ".pub");
        var retired = new KeyAnnouncement(id, await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false), Retired: true);
        if (TrustedKey.IdOf(retired.PublicKey) != id)
        {
            throw new KeyFileException(path, "it does not hold the key of that id; put the right file back from a backup");
        }

        // The log's head may still be signed with the key that goes, and must not be without a key that vouches for it.
        await _heads.SignAsync().ConfigureAwait(false);
        await _database
            .WriteAsync(
                audit,
                async context =>
                {
                    await CheckAsync(context, id, force).ConfigureAwait(false);
                    await SignAnewAsync(context, id).ConfigureAwait(false);
                    await _purges.SignAnewAsync(context, id).ConfigureAwait(false);
                    await PublishAsync(context, retired).ConfigureAwait(false);
                    audit.Record("signing_key", id, null, new JsonObject { ["id"] = id }, null);
                    return true;
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        TrustedKey.Remove(id, _keys.TrustedDirectory);
        _atStep?.Invoke("the retired key's file is gone");
    }

    private async Task CheckAsync(ControlDbContext context, string id, bool force)
    {
        var current = _signer.Key.Id;
        if (id == current)
        {
            throw new StorageConflictException($"releases are signed with {id}: make a new key first");
        }

        if (force)
        {
            return;
        }

        var nodes = await NodeStore.HealthAsync(context).ConfigureAwait(false);
        var behind = nodes.Where(node => !Believes(node.Health, current)).Select(node => node.Name).ToList();
        if (behind.Count > 0)
        {
            throw new StorageConflictException(
                $"{string.Join(", ", behind.Take(5))}{(behind.Count > 5 ? $" and {behind.Count - 5} more" : "")} did not report yet to believe "
                    + $"key {current}, and would refuse everything: wait for the next report, remove nodes that are gone, or force it"
            );
        }
    }

    private static bool Believes(string? report, string key)
    {
        using var health = JsonDocument.Parse(report ?? "{}");
        return health.RootElement.ValueKind == JsonValueKind.Object
            && health.RootElement.TryGetProperty(UplinkRecordTypes.TrustedKeys, out var keys)
            && keys.ValueKind == JsonValueKind.Array
            && keys.EnumerateArray().Any(trusted => trusted.ValueKind == JsonValueKind.String && trusted.ValueEquals(key));
    }

    /// <summary>Signs anew what edges have of the key. A zone's generation is its newest release's, so both rise.</summary>
    private async Task SignAnewAsync(ControlDbContext context, string id)
    {
        foreach (var row in await HeldReleases.NewestAsync(context).ConfigureAwait(false))
        {
            await HeldReleases.SignAnewAsync(context, row, _signer).ConfigureAwait(false);
        }

        await foreach (var old in ReleaseLog.NewestAsync(context).ConfigureAwait(false))
        {
            if (old.KeyId != id)
            {
                continue;
            }

            var generation = old.Generation + 1;
            var anew = old.Removed
                ? _signer.SignRemoval(old.Kind, old.Name, generation, old.FormatVersion)
                : _signer.Sign(old.Kind, old.Name, generation, old.FormatVersion, old.Payload.ToArray());
            await ReleaseLog.AppendAsync(context, anew).ConfigureAwait(false);
            await ReleaseLog.RaiseOwnerAsync(context, anew).ConfigureAwait(false);
        }
    }

    private async Task PublishAsync(ControlDbContext context, KeyAnnouncement retired)
    {
        if (await ReleaseLog.GenerationAsync(context, ArtifactKind.SigningKey, retired.Id).ConfigureAwait(false) is > 0 and var announced)
        {
            var removal = _signer.SignRemoval(ArtifactKind.SigningKey, retired.Id, announced + 1, KeyAnnouncement.FormatVersion);
            await ReleaseLog.AppendAsync(context, removal).ConfigureAwait(false);
        }

        var before = await ReleaseLog.GenerationAsync(context, ArtifactKind.SigningKey, retired.Name).ConfigureAwait(false);
        var release = _signer.Sign(ArtifactKind.SigningKey, retired.Name, before + 1, KeyAnnouncement.FormatVersion, retired.Write());
        await ReleaseLog.AppendAsync(context, release).ConfigureAwait(false);
    }
}
