using System.Collections.Immutable;
using System.Security.Cryptography;
using Holdfast.Control.Access;

namespace Holdfast.Control.Tokens;

/// <summary>
/// Every token, in memory. One is found by a keyed digest of its hash, so that ten thousand tokens cost no more than one. The key is
/// random and of this process: what a look-up's time could tell, how far a digest agrees with another, says nothing about any token or
/// hash to one who has not the key. The hash that was found is then compared whole, in constant time. Reading needs no lock; one writer
/// at a time.
/// </summary>
internal sealed class TokenTable
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private volatile State _state = new(
        ImmutableDictionary<string, ApiToken>.Empty.WithComparers(StringComparer.Ordinal),
        ImmutableDictionary<Guid, ApiToken>.Empty
    );

    /// <summary>All tokens, in no order.</summary>
    public IReadOnlyCollection<ApiToken> All => _state.ById.Values.ToImmutableArray();

    /// <summary>The token with this text, or null.</summary>
    public ApiToken? Find(string text)
    {
        if (text.Length > OpaqueSecret.MaxLength)
        {
            return null;
        }

        var hash = OpaqueSecret.Hash(text);
        return _state.ByDigest.TryGetValue(Digest(hash), out var token) && CryptographicOperations.FixedTimeEquals(hash, token.Hash)
            ? token
            : null;
    }

    /// <summary>The token with this id, or null.</summary>
    public ApiToken? WithId(string id) => _state.ById.GetValueOrDefault(id);

    /// <summary>Adds a token, or replaces the one with its id.</summary>
    public void Put(ApiToken token)
    {
        var state = Without(token.Id);
        _state = new State(state.ById.Add(token.Id, token), state.ByDigest.SetItem(Digest(token.Hash), token));
    }

    /// <summary>Adds tokens; those that are there already are not given again.</summary>
    public void Load(IReadOnlyCollection<ApiToken> tokens) =>
        _state = new State(
            _state.ById.SetItems(tokens.Select(token => KeyValuePair.Create(token.Id, token))),
            _state.ByDigest.SetItems(tokens.Select(token => KeyValuePair.Create(Digest(token.Hash), token)))
        );

    /// <summary>Removes the token with this id.</summary>
    public void Remove(string id) => _state = Without(id);

    private State Without(string id)
    {
        var state = _state;
        return state.ById.TryGetValue(id, out var before)
            ? new State(state.ById.Remove(id), state.ByDigest.Remove(Digest(before.Hash)))
            : state;
    }

    private Guid Digest(byte[] hash)
    {
        Span<byte> digest = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, hash, digest);
        return new Guid(digest[..16]);
    }

    private sealed record State(ImmutableDictionary<string, ApiToken> ById, ImmutableDictionary<Guid, ApiToken> ByDigest);
}
