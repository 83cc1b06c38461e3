using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Holdfast.Model.StatusPage;
using Holdfast.Status.Storage;
using Holdfast.Status.WriteApi;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Status.Access;

/// <summary>
/// Who may write: bearers of a token of the status page's own, so that people can post when nothing else is left. Random, shown once, kept
/// as a hash (random ones of this length need no slow hash).
/// </summary>
/// <param name="store">Where the others are.</param>
/// <param name="time">The clock.</param>
/// <param name="ofEdges">A token that is good for pushing evidence, and kept nowhere; or null.</param>
internal sealed class StatusTokens(StatusStore store, TimeProvider time, string? ofEdges = null)
{
    /// <summary>Wrong tokens that an address may try in a minute before it has to wait.</summary>
    public const int TriesPerMinute = 20;

    /// <summary>Tokens there may be: each look-up is by hash, and people have to see through the list.</summary>
    public const int Most = 100;

    private readonly Tries tries = new(TriesPerMinute, TimeSpan.FromMinutes(1), time);

    /// <summary>Every token, oldest first.</summary>
    public List<TokenRow> All => store.Read(database => database.Tokens());

    /// <summary>Makes the first token of a new store, which may do everything.</summary>
    /// <param name="chosen">What the user wants it to be, or null for a random one.</param>
    /// <returns>The token in clear, the one time; null when there are tokens already.</returns>
    public string? EnsureFirst(string? chosen)
    {
        if (store.Read(database => database.HasTokens()))
        {
            return null;
        }

        var token = chosen ?? Random();
        store.Write(
            (transaction, now) =>
                transaction.AddToken(
                    new TokenRow(StatusIds.New(), "first", StatusWords<TokenScope>.Of(TokenScope.Manage), now),
                    Hash(token)
                )
        );
        return token;
    }

    /// <summary>The name of the token that an edge's request bears.</summary>
    /// <inheritdoc cref="Authenticate(HttpContext, TokenScope?)"/>
    public string AuthenticateEdge(HttpContext context)
    {
        tries.Check(context, "wrong tokens");
        return ofEdges is not null && Bearer(context) is { } token && CryptographicOperations.FixedTimeEquals(Hash(token), Hash(ofEdges))
            ? "edges"
            : Authenticate(context, TokenScope.Evidence);
    }

    /// <summary>The name of the token that a request bears.</summary>
    /// <param name="context">The request.</param>
    /// <param name="scope">What it has to be good for; null: any is.</param>
    /// <exception cref="StatusProblem">It bears none or a wrong one (401), one that may not (403), or its address tried too many (429).</exception>
    public string Authenticate(HttpContext context, TokenScope? scope) => Authenticate(context, Bearer(context), scope);

    /// <summary>The name of a token that came another way.</summary>
    /// <inheritdoc cref="Authenticate(HttpContext, TokenScope?)"/>
    public string Authenticate(HttpContext context, string? token, TokenScope? scope)
    {
        tries.Check(context, "wrong tokens");
        if (token is null)
        {
            throw new StatusProblem(401, "say who you are: Authorization: OAuth TOKEN");
        }

        // The look-up compares hashes of random texts: what it takes tells nothing about the text.
        if (store.Read(database => database.Token(Hash(token))) is not { } row)
        {
            tries.Failed(context);
            throw new StatusProblem(401, "could not authenticate: the token is not known here");
        }

        if (scope is { } needed && !May(row, needed))
        {
            throw new StatusProblem(
                403,
                $"the token {row.Name} may not do that: it needs the scope {StatusWords<TokenScope>.Of(needed)} or manage, and has {(row.Scopes.Length == 0 ? "none" : row.Scopes)}"
            );
        }

        return row.Name;
    }

    /// <summary>Makes a token.</summary>
    /// <param name="who">Who does.</param>
    /// <param name="name">What the audit log is to call it.</param>
    /// <param name="scopes">What it may write; none: it reads.</param>
    /// <returns>The token, and its text, the one time.</returns>
    /// <exception cref="StatusProblem">The name is taken or an e-mail address, or there are too many.</exception>
    public (TokenRow Row, string Text) Create(string who, string name, IReadOnlyCollection<TokenScope> scopes)
    {
        if (name.Contains('@', StringComparison.Ordinal))
        {
            throw StatusProblem.Invalid("token.name", "it holds an @; so do operators' names in the audit log");
        }

        var text = Random();
        var all = All;
        if (all.Count >= Most)
        {
            throw StatusProblem.Invalid(
                "token",
                string.Create(CultureInfo.InvariantCulture, $"there are {Most} tokens, which is the most")
            );
        }

        if (name == "detector" || all.Exists(other => other.Name == name))
        {
            throw StatusProblem.Invalid("token.name", $"'{name}' is taken");
        }

        var row = new TokenRow(
            StatusIds.New(),
            name,
            string.Join(' ', scopes.Distinct().Order().Select(StatusWords<TokenScope>.Of)),
            DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds())
        );
        store.Write(
            (transaction, now) =>
            {
                transaction.AddToken(row, Hash(text));
                transaction.Audit(now, who, "token.create", row.Id, null, Json(row));
            }
        );
        return (row, text);
    }

    /// <summary>Removes a token. When it was the last, the next start makes a first one again.</summary>
    /// <exception cref="StatusProblem">There is none.</exception>
    public void Remove(string who, string id)
    {
        var row = All.Find(token => token.Id == id) ?? throw StatusProblem.Missing("token", id);
        store.Write(
            (transaction, now) =>
            {
                transaction.RemoveToken(id);
                transaction.Audit(now, who, "token.delete", id, Json(row), null);
            }
        );
    }

    /// <summary>Reads a request's token.</summary>
    public static (string Name, List<TokenScope> Scopes) Read(Form form)
    {
        var name = form.Required("name", StatusPageLimits.NameLength);
        var scopes = form.Texts("scopes", 10) ?? [];
        return (
            name,
            scopes.ConvertAll(word =>
                StatusWords<TokenScope>.TryRead(word, out var scope)
                    ? scope
                    : throw StatusProblem.Invalid(
                        "token.scopes",
                        $"'{word}' is none; they are {string.Join(", ", StatusWords<TokenScope>.All)}"
                    )
            )
        );
    }

    private static string? Bearer(HttpContext context)
    {
        var header = context.Request.Headers.Authorization.ToString();
        return header.StartsWith("OAuth ", StringComparison.OrdinalIgnoreCase) ? header[6..].Trim()
            : header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header[7..].Trim()
            : null;
    }

    private static bool May(TokenRow row, TokenScope needed) =>
        row.Scopes.Split(' ') is var scopes
        && (
            scopes.Contains(StatusWords<TokenScope>.Of(needed), StringComparer.Ordinal)
            || scopes.Contains(StatusWords<TokenScope>.Of(TokenScope.Manage), StringComparer.Ordinal)
        );

    private static string Random() => $"hfs_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20))}";

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    private static string Json(TokenRow row) => JsonSerializer.Serialize(row, StatusJson.Default.TokenRow);
}
