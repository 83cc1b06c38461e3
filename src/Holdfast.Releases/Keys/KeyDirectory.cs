using Holdfast.Releases.Feed;
using Holdfast.Releases.Signing;

namespace Holdfast.Releases.Keys;

/// <summary>
/// Where an installation's keys are: <c>DATA/keys</c>. Control signs with <see cref="SigningKeyFile"/>; an edge needs only
/// <see cref="TrustedDirectory"/>, <see cref="SecretKeyFile"/>, and <see cref="FeedKeyFile"/> or, when it has joined from another machine,
/// <see cref="NodeKeyFile"/> and <see cref="NodeFile"/>.
/// </summary>
public sealed class KeyDirectory
{
    /// <summary>The keys of the installation whose data directory this is. Nothing is read or made yet.</summary>
    public KeyDirectory(string dataDirectory)
    {
        Root = Path.Combine(Path.GetFullPath(dataDirectory), "keys");
    }

    /// <summary>The directory, mode 0700.</summary>
    public string Root { get; }

    /// <summary>The private key that releases are signed with: PKCS#8 PEM.</summary>
    public string SigningKeyFile => Path.Combine(Root, "signing.pem");

    /// <summary>The key that is about to take its place; only while that happens.</summary>
    public string NextSigningKeyFile => Path.Combine(Root, "signing.next.pem");

    /// <summary>The public keys whose releases an edge believes: <c>*.pub</c>, PEM.</summary>
    public string TrustedDirectory => Path.Combine(Root, "trusted");

    /// <summary>32 random bytes that encrypt customers' private keys.</summary>
    public string SecretKeyFile => Path.Combine(Root, "secret.key");

    /// <summary>32 random bytes that control and its edges prove themselves with.</summary>
    public string FeedKeyFile => Path.Combine(Root, "feed.key");

    /// <summary>The key of an edge that has joined, or is about to; PKCS#8 PEM.</summary>
    public string NodeKeyFile => Path.Combine(Root, "node.key");

    /// <summary>Which control an edge has joined, and as whom. Only where one has.</summary>
    public string NodeFile => Path.Combine(Root, "node.json");

    /// <summary>The key of control's authority towards nodes: PKCS#8 PEM.</summary>
    public string NodeAuthorityKeyFile => Path.Combine(Root, "node-ca.key");

    /// <summary>That authority's certificate, PEM; join tokens have its fingerprint.</summary>
    public string NodeAuthorityFile => Path.Combine(Root, "node-ca.pem");

    /// <summary>The newest signed head of control's audit log: not a key, but kept apart from the database that it vouches for.</summary>
    public string AuditHeadFile => Path.Combine(Root, "audit.head");

    /// <summary>
    /// Makes every key that is missing, and puts the signing key's public half among the trusted ones. Whoever starts first (the
    /// supervisor, or control alone) calls it; it may run in several processes at once.
    /// </summary>
    /// <exception cref="KeyFileException">A key cannot be read or made.</exception>
    public void EnsureAll()
    {
        using var signing = SigningKey.LoadOrCreate(SigningKeyFile);
        signing.Trust(TrustedDirectory);
        SecretBox.LoadOrCreate(SecretKeyFile).Dispose();
        FeedSecret.LoadOrCreate(FeedKeyFile);
    }
}
