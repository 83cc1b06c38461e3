using System.Text.Json.Nodes;
using Holdfast.Control.Audit;
using Holdfast.Control.Storage;
using Holdfast.Model.Releases;
using Holdfast.Releases.Keys;
using Holdfast.Releases.Signing;

namespace Holdfast.Control.SigningKeys;

/// <summary>
/// Replaces the key that control signs with. The new key is made in a file beside the old one; its announcement, signed by the old one, is
/// committed; then the file takes the old one's place. A control that dies in between finishes, or has not begun, at its next start:
/// what decides is whether the announcement is in the database.
/// </summary>
internal sealed class SigningKeyRotation : IDisposable
{
    private readonly ControlDatabase _database;
    private readonly KeyDirectory _keys;
    private readonly Action<string>? _atStep;
    private readonly SemaphoreSlim _rotating = new(1, 1);
    private readonly List<SigningKey> _owned = [];

    private SigningKeyRotation(ControlDatabase database, KeyDirectory keys, SigningKey key, TimeProvider time, Action<string>? atStep)
    {
        _database = database;
        _keys = keys;
        _atStep = atStep;
        _owned.Add(key);
        Signer = new ReleaseSigner(key, time);
    }

    /// <summary>Signs with the key as it is at the moment.</summary>
    public ReleaseSigner Signer { get; }

    /// <summary>Loads the signing key, after finishing what was begun.</summary>
    /// <param name="database">Control's.</param>
    /// <param name="keys">The key files.</param>
    /// <param name="time">The clock.</param>
    /// <param name="atStep">See <see cref="ControlOptions.AtWriteStep"/>.</param>
    /// <exception cref="KeyFileException">A key file cannot be used.</exception>
    public static async Task<SigningKeyRotation> OpenAsync(
        ControlDatabase database,
        KeyDirectory keys,
        TimeProvider time,
        Action<string>? atStep = null
    )
    {
        if (File.Exists(keys.NextSigningKeyFile))
        {
            using var next = SigningKey.LoadOrCreate(keys.NextSigningKeyFile);
            if (await ReleaseLog.HasAsync(database, ArtifactKind.SigningKey, next.Id).ConfigureAwait(false))
            {
                Promote(keys, next, atStep);
            }
        }

        return new SigningKeyRotation(database, keys, SigningKey.LoadOrCreate(keys.SigningKeyFile), time, atStep);
    }

    /// <summary>Makes a new key, announces it, and signs with it from then on.</summary>
    /// <param name="audit">Gets what happened.</param>
    /// <param name="cancellationToken">Gives up before anything is committed.</param>
    /// <returns>The new key's id.</returns>
    /// <exception cref="KeyFileException">A key file cannot be made.</exception>
    public async Task<string> RotateAsync(AuditScope audit, CancellationToken cancellationToken)
    {
        await _rotating.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var next = SigningKey.LoadOrCreate(_keys.NextSigningKeyFile);
            _owned.Add(next);
            _atStep?.Invoke("made the next signing key");
            await _database
                .WriteAsync(
                    audit,
                    async context =>
                    {
                        var payload = KeyAnnouncement.Of(next).Write();
                        var release = Signer.Sign(ArtifactKind.SigningKey, next.Id, 1, KeyAnnouncement.FormatVersion, payload);
                        await ReleaseLog.AppendAsync(context, release).ConfigureAwait(false);
                        audit.Record("signing_key", next.Id, null, Shown(Signer.Key.Id), Shown(next.Id));
                        return true;
                    },
                    cancellationToken
                )
                .ConfigureAwait(false);
            Promote(_keys, next, _atStep);
            Signer.Use(next);
            return next.Id;
        }
        finally
        {
            _rotating.Release();
        }
    }

    /// <summary>Lets go of the keys.</summary>
    public void Dispose()
    {
        _owned.ForEach(key => key.Dispose());
        _rotating.Dispose();
    }

    private static JsonObject Shown(string id) => new() { ["id"] = id };

    private static void Promote(KeyDirectory keys, SigningKey next, Action<string>? atStep)
    {
        next.Trust(keys.TrustedDirectory);
        atStep?.Invoke("the next signing key is trusted");
        KeyFile.Move(keys.NextSigningKeyFile, keys.SigningKeyFile);
        atStep?.Invoke("the next signing key is the signing key");
    }
}
