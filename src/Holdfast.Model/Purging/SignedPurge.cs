namespace Holdfast.Model.Purging;

/// <summary>A purge as the feed carries it.</summary>
/// <param name="Payload">What it says, as JSON. Signed as it is, so that an edge can tell what it does not understand from what is forged.</param>
/// <param name="KeyId">Which signing key signed it.</param>
/// <param name="Signature">ECDSA P-256 with SHA-256, IEEE P1363 form, over the key's id and the payload's digest.</param>
public sealed record SignedPurge(ReadOnlyMemory<byte> Payload, string KeyId, ReadOnlyMemory<byte> Signature);
