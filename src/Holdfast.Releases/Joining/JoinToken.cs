using System.Diagnostics.CodeAnalysis;

namespace Holdfast.Releases.Joining;

/// <summary>
/// What lets one edge join one control: a secret that control knows by its hash, and the fingerprint of control's authority, so that the
/// edge knows whom it gives the secret to before it does. As text: <c>hfj_SECRET.FINGERPRINT</c>.
/// </summary>
public sealed record JoinToken
{
    /// <summary>What every join token begins with.</summary>
    public const string Prefix = "hfj_";

    /// <summary>Characters of a secret, its prefix included.</summary>
    public const int SecretLength = 44;

    private JoinToken(string secret, string fingerprint)
    {
        Secret = secret;
        Fingerprint = fingerprint;
    }

    /// <summary>The secret with its prefix; control is sent this alone.</summary>
    public string Secret { get; }

    /// <summary>SHA-256 of the authority's certificate (DER): 64 lower-case hexadecimal digits.</summary>
    public string Fingerprint { get; }

    /// <summary>A token of these two.</summary>
    /// <exception cref="ArgumentException">They are not what a token is made of.</exception>
    public static JoinToken Of(string secret, string fingerprint) =>
        TryParse($"{secret}.{fingerprint}", out var token)
            ? token
            : throw new ArgumentException("not the secret and the fingerprint of a join token", nameof(secret));

    /// <summary>Reads a token's text.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out JoinToken? token)
    {
        token = null;
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        if (
            dot != SecretLength
            || !text.StartsWith(Prefix, StringComparison.Ordinal)
            || !text.AsSpan(0, dot).ContainsOnlyTokenCharacters()
            || !Signing.ReleaseDigest.IsWellFormed(text.AsSpan(dot + 1))
        )
        {
            return false;
        }

        token = new JoinToken(text[..dot], text[(dot + 1)..]);
        return true;
    }

    /// <summary>No secret: use <see cref="ToText"/> for the token itself.</summary>
    public override string ToString() => $"a join token for the authority {Fingerprint}";

    /// <summary>The token as it is given to an edge.</summary>
    public string ToText() => $"{Secret}.{Fingerprint}";
}

/// <summary>The characters of secrets.</summary>
file static class SecretCharacters
{
    /// <summary>Whether there are only letters, digits, hyphens and underscores.</summary>
    public static bool ContainsOnlyTokenCharacters(this ReadOnlySpan<char> text) =>
        !text.ContainsAnyExcept("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
}
