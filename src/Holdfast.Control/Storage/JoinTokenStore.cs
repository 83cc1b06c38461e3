using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Control.Audit;
using Holdfast.Control.Envelope;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.Control.Storage;

/// <summary>The join tokens. One that was used or has expired is kept for a week, so that its next user is told what is wrong.</summary>
internal sealed class JoinTokenStore
{
    /// <summary>Most tokens that can wait to be used.</summary>
    public const int MaxWaiting = 1_000;

    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    private readonly ControlDatabase _database;
    private readonly TimeProvider _time;

    public JoinTokenStore(ControlDatabase database, TimeProvider time)
    {
        _database = database;
        _time = time;
    }

    /// <summary>A token as the API shows it.</summary>
    public JsonObject Show(JoinTokenRow row) =>
        new()
        {
            ["id"] = row.Id,
            ["node"] = row.Node,
            ["status"] =
                row.UsedAt is not null ? "used"
                : row.ExpiresAt <= _time.GetUtcNow().UtcDateTime ? "expired"
                : "waiting",
            ["created_on"] = ApiAnswer.Time(row.CreatedAt),
            ["expires_on"] = ApiAnswer.Time(row.ExpiresAt),
            ["used_on"] = row.UsedAt is { } used ? ApiAnswer.Time(used) : null,
        };

    /// <summary>Keeps a new token.</summary>
    /// <exception cref="StorageConflictException">Its name is a node's already, or too many wait.</exception>
    public Task AddAsync(JoinTokenRow token, AuditScope audit, CancellationToken cancellationToken) =>
        _database.WriteAsync(
            audit,
            async context =>
            {
                var old = token.CreatedAt - Kept;
                await context.JoinTokens.Where(row => row.ExpiresAt < old).ExecuteDeleteAsync().ConfigureAwait(false);
                if (await context.Nodes.AnyAsync(row => row.Name == token.Node).ConfigureAwait(false))
                {
                    throw new StorageConflictException($"there is a node {token.Node} already; remove it first, or take another name");
                }

                var waiting = context.JoinTokens.Where(row => row.UsedAt == null && row.ExpiresAt > token.CreatedAt);
                if (await waiting.CountAsync().ConfigureAwait(false) >= MaxWaiting)
                {
                    throw new StorageConflictException($"{MaxWaiting} join tokens wait to be used; remove some");
                }

                context.JoinTokens.Add(token);
                audit.Record("join_token", token.Id, null, null, Show(token));
                return true;
            },
            cancellationToken
        );

    /// <summary>A page of tokens, newest first.</summary>
    public Task<(IReadOnlyList<JoinTokenRow> Tokens, int Total)> ListAsync(int skip, int take) =>
        _database.ReadAsync<(IReadOnlyList<JoinTokenRow>, int)>(async context =>
        {
            var total = await context.JoinTokens.CountAsync().ConfigureAwait(false);
            var page = context.JoinTokens.OrderByDescending(row => row.CreatedAt).ThenBy(row => row.Id).Skip(skip).Take(take);
            return (await page.ToListAsync().ConfigureAwait(false), total);
        });

    /// <summary>Takes a token away.</summary>
    /// <returns>Whether there was one.</returns>
    public Task<bool> RemoveAsync(string id, AuditScope audit, CancellationToken cancellationToken) =>
        _database.WriteAsync(
            audit,
            async context =>
            {
                if (await context.JoinTokens.SingleOrDefaultAsync(row => row.Id == id).ConfigureAwait(false) is not { } token)
                {
                    return false;
                }

                audit.Record("join_token", id, null, Show(token), null);
                context.JoinTokens.Remove(token);
                return true;
            },
            cancellationToken
        );

    /// <summary>
    /// Lets the node with this key in, if the token is good. The node that used it gets the same answer again: its first may have been
    /// lost on the way.
    /// </summary>
    /// <param name="hash">The hash of the token's secret.</param>
    /// <param name="keyHash">Which key the node proved.</param>
    /// <param name="audit">Gets what happened.</param>
    /// <param name="cancellationToken">Gives up before anything is written.</param>
    public Task<RedeemedToken> RedeemAsync(byte[] hash, byte[] keyHash, AuditScope audit, CancellationToken cancellationToken) =>
        _database.WriteAsync(
            audit,
            async context =>
            {
                var now = _time.GetUtcNow().UtcDateTime;
                if (await context.JoinTokens.SingleOrDefaultAsync(row => row.Hash == hash).ConfigureAwait(false) is not { } token)
                {
                    return RedeemedToken.Refused("there is no such join token here, or it was removed");
                }

                var known = await context.Nodes.SingleOrDefaultAsync(row => row.KeyHash == keyHash).ConfigureAwait(false);
                if (token.UsedAt is { } used)
                {
                    return known?.Name == token.Node && token.UsedBy!.AsSpan().SequenceEqual(keyHash)
                        ? RedeemedToken.Of(token.Node)
                        : RedeemedToken.Refused($"the join token was used already, at {TextOf(used)}; make a new one");
                }

                if (token.ExpiresAt <= now)
                {
                    return RedeemedToken.Refused($"the join token expired at {TextOf(token.ExpiresAt)}; make a new one");
                }

                if (known is not null)
                {
                    return RedeemedToken.Conflict($"this node has joined already, as {known.Name}");
                }

                if (await context.Nodes.AnyAsync(row => row.Name == token.Node).ConfigureAwait(false))
                {
                    return RedeemedToken.Conflict($"there is a node {token.Node} already; remove it first");
                }

                token.UsedAt = now;
                token.UsedBy = keyHash;
                context.Nodes.Add(
                    new NodeRow
                    {
                        Name = token.Node,
                        FirstSeenAt = now,
                        LastSeenAt = now,
                        JoinedAt = now,
                        KeyHash = keyHash,
                    }
                );
                audit.ActsAs(new AuditActor("join_token", token.Id, token.Node));
                var after = new JsonObject { ["name"] = token.Node, ["key_sha256"] = Convert.ToHexStringLower(keyHash) };
                audit.Record("node", token.Node, null, null, after);
                return RedeemedToken.Of(token.Node);
            },
            cancellationToken
        );

    private static string TextOf(DateTime time) => time.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}

/// <summary>What became of a join token.</summary>
/// <param name="Node">The node that is in; null when none is.</param>
/// <param name="Problem">Otherwise why not.</param>
/// <param name="IsConflict">Whether the token is good and something else is in the way.</param>
internal sealed record RedeemedToken(string? Node, string? Problem, bool IsConflict)
{
    public static RedeemedToken Of(string node) => new(node, null, false);

    public static RedeemedToken Refused(string problem) => new(null, problem, false);

    public static RedeemedToken Conflict(string problem) => new(null, problem, true);
}
