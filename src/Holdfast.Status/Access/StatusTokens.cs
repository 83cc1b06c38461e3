using System.Security.Cryptography;
using System.Text;
using Holdfast.Status.Storage;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Status.Access;

/// <summary>
/// Who may write: bearers of a token of the status page's own, so that people can post when nothing else is left. Random, shown once, kept
/// as a hash (random ones of this length need no slow hash).
/// </summary>
internal sealed class StatusTokens(StatusStore store, TimeProvider time)
{
    /// <summary>Wrong tokens that an address may try in a minute before it has to wait.</summary>
    public const int TriesPerMinute = 20;

    private const int Addresses = 10_000;

    private readonly Lock turn = new();
    private readonly Dictionary<string, (DateTimeOffset From, int Tries)> failures = [];

    /// <summary>Makes the first token of a new store.</summary>
    /// <param name="chosen">What the user wants it to be, or null for a random one.</param>
    /// <returns>The token in clear, the one time; null when there are tokens already.</returns>
    public string? EnsureFirst(string? chosen)
    {
        if (store.Read(database => database.HasTokens()))
        {
            return null;
        }

        var token = chosen ?? $"hfs_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20))}";
        store.Write((transaction, now) => transaction.AddToken(StatusIds.New(), "first", Hash(token), now));
        return token;
    }

    /// <summary>The name of the token that a request bears.</summary>
    /// <exception cref="StatusProblem">It bears none, a wrong one (401), or its address tried too many (429).</exception>
    public string Authenticate(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress?.ToString() ?? "";
        if (Exceeded(address))
        {
            throw new StatusProblem(429, "too many wrong tokens from this address; try again in a minute");
        }

        var header = context.Request.Headers.Authorization.ToString();
        var token =
            header.StartsWith("OAuth ", StringComparison.OrdinalIgnoreCase) ? header[6..].Trim()
            : header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header[7..].Trim()
            : null;
        if (token is null)
        {
            throw new StatusProblem(401, "say who you are: Authorization: OAuth TOKEN");
        }

        // The look-up compares hashes of random texts: what it takes tells nothing about the text.
        if (store.Read(database => database.TokenName(Hash(token))) is { } name)
        {
            return name;
        }

        Count(address);
        throw new StatusProblem(401, "could not authenticate: the token is not known here");
    }

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    private bool Exceeded(string address)
    {
        lock (turn)
        {
            return failures.TryGetValue(address, out var failed)
                && failed.Tries >= TriesPerMinute
                && time.GetUtcNow() - failed.From < TimeSpan.FromMinutes(1);
        }
    }

    private void Count(string address)
    {
        lock (turn)
        {
            var now = time.GetUtcNow();
            if (failures.Count >= Addresses)
            {
                failures.Clear();
            }

            failures[address] =
                failures.TryGetValue(address, out var failed) && now - failed.From < TimeSpan.FromMinutes(1)
                    ? (failed.From, failed.Tries + 1)
                    : (now, 1);
        }
    }
}
