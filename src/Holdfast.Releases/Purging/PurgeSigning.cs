using System.Security.Cryptography;
using System.Text;
using Holdfast.Model.Purging;
using Holdfast.Releases.Signing;

namespace Holdfast.Releases.Purging;

/// <summary>Signs purges.</summary>
/// <param name="key">The key that signs releases at the moment; stays the caller's.</param>
public sealed class PurgeSigner(Func<SigningKey> key)
{
    /// <summary>A purge of this log, signed.</summary>
    public SignedPurge Sign(string log, Purge purge)
    {
        var payload = PurgeCodec.Encode(log, purge);
        var with = key();
        return new SignedPurge(payload, with.Id, with.Sign(PurgeHeader.Bytes(with.Id, payload)));
    }
}

/// <summary>Says whether a purge is what a believed key signed.</summary>
public sealed class PurgeVerifier(VerificationKeys keys)
{
    /// <summary>Whether a key of this id is believed.</summary>
    public bool Believes(string keyId) => keys.Believes(keyId);

    /// <summary>Checks the signature.</summary>
    /// <param name="purge">The purge.</param>
    /// <param name="known">Whether the key that it names is believed.</param>
    /// <returns>Null when it is genuine, otherwise the reason it is not, as one sentence.</returns>
    public string? Verify(SignedPurge purge, out bool known) =>
        keys.Verify(purge.KeyId, PurgeHeader.Bytes(purge.KeyId, purge.Payload.Span), purge.Signature.Span, out known) ? null
        : known ? "the signature does not match"
        : $"it is signed with key {purge.KeyId}, which is not among the trusted keys";
}

/// <summary>The bytes that a purge's signature covers; they differ from every release's in how they begin.</summary>
internal static class PurgeHeader
{
    public static byte[] Bytes(string keyId, ReadOnlySpan<byte> payload) =>
        Encoding.UTF8.GetBytes($"holdfast-purge-v1|{keyId}|{Convert.ToHexStringLower(SHA256.HashData(payload))}");
}
