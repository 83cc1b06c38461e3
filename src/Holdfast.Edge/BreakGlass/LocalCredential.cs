using System.Globalization;
using System.Security.Cryptography;
using Holdfast.Releases.Feed;
using Holdfast.Releases.Keys;

namespace Holdfast.Edge.BreakGlass;

/// <summary>
/// By what an edge knows that a command comes from its own machine: <c>edges/NAME/local.key</c>, 32 random bytes that the edge's user and root
/// alone can read. The key itself is never sent: a command is signed with it, and so is the answer, because a port of a dead edge may be
/// anybody's.
/// </summary>
/// <param name="node">The edge's name.</param>
/// <param name="secret">The key.</param>
internal sealed class LocalCredential(string node, FeedSecret secret)
{
    /// <summary>Where commands are sent to.</summary>
    public const string Path = "/holdfast/node/commands";

    private const string FileName = "local.key";

    /// <summary>The credential of an edge, made when there is none.</summary>
    /// <param name="directory">The edge's directory.</param>
    /// <param name="node">Its name.</param>
    /// <exception cref="KeyFileException">The file is damaged, open to others, or cannot be made.</exception>
    public static LocalCredential LoadOrCreate(string directory, string node) =>
        new(node, FeedSecret.LoadOrCreate(System.IO.Path.Combine(directory, FileName)));

    /// <summary>The credential of an edge that has run here.</summary>
    /// <exception cref="KeyFileException">The file is missing, damaged, or not the caller's to read.</exception>
    public static LocalCredential Load(string directory, string node) =>
        new(node, FeedSecret.Load(System.IO.Path.Combine(directory, FileName)));

    /// <summary>The header fields that a command is sent with.</summary>
    /// <param name="command">The command's bytes.</param>
    /// <param name="nonce">See <see cref="FeedSecret.NewNonce"/>.</param>
    /// <param name="now">The time.</param>
    public IEnumerable<(string Name, string Value)> Fields(ReadOnlySpan<byte> command, string nonce, DateTimeOffset now)
    {
        var seconds = now.ToUnixTimeSeconds();
        return
        [
            (FeedHeaders.Node, node),
            (FeedHeaders.Time, seconds.ToString(CultureInfo.InvariantCulture)),
            (FeedHeaders.Nonce, nonce),
            (FeedHeaders.Proof, secret.EdgeProof(node, seconds, nonce, "POST", Path, DigestOf(command))),
        ];
    }

    /// <summary>Whether a command was signed with the key, lately.</summary>
    /// <param name="field">Gives a header field's value, empty when there is none.</param>
    /// <param name="command">The command's bytes.</param>
    /// <param name="now">The time.</param>
    public bool Believes(Func<string, string> field, ReadOnlySpan<byte> command, DateTimeOffset now)
    {
        var nonce = field(FeedHeaders.Nonce);
        return long.TryParse(field(FeedHeaders.Time), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            && Math.Abs(now.ToUnixTimeSeconds() - seconds) <= FeedSecret.MaxSkew.TotalSeconds
            && nonce.Length == FeedSecret.NonceLength
            && FeedSecret.Same(field(FeedHeaders.Proof), secret.EdgeProof(node, seconds, nonce, "POST", Path, DigestOf(command)));
    }

    /// <summary>What an answer proves itself with.</summary>
    public string AnswerProof(string nonce) => secret.ControlProof(nonce);

    private static string DigestOf(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
