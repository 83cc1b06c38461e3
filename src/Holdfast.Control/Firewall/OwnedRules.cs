using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Control.Envelope;
using Holdfast.Control.Zones;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Control.Firewall;

/// <summary>
/// Rules of one kind of a zone, of the account or of its user: how requests page through them, and show, add, change and delete one. A
/// rule's entity tag is made of what it says, so that a change of anything else leaves it.
/// </summary>
internal sealed class OwnedRules<T>(IRuleHome<T> home)
    where T : class
{
    /// <summary>Cloudflare's code for a rule that there is not.</summary>
    private const int NoSuchRule = 10_001;

    /// <summary>What one is called in errors.</summary>
    public required string Noun { get; init; }

    /// <summary>The route value that names one.</summary>
    public required string Parameter { get; init; }

    /// <summary>How many an owner can have.</summary>
    public required int Most { get; init; }

    /// <summary>The id of one.</summary>
    public required Func<T, string> IdOf { get; init; }

    /// <summary>One as the API shows it, and the id of its owner.</summary>
    public required Func<T, string, JsonObject> Show { get; init; }

    /// <summary>Refuses one that collides with one of the others.</summary>
    public Action<ImmutableArray<T>, T> RequireUnlike { get; init; } = static (_, _) => { };

    /// <summary>Whether the answer to a delete is what was deleted, not its id alone.</summary>
    public bool ShowsDeleted { get; init; }

    /// <summary>Answers with the page that the query asks for.</summary>
    public async Task PageAsync(HttpContext context, Func<T, bool> isWanted)
    {
        var paging = Paging.Of(context.Request);
        var owner = home.IdOf(context);
        var found = (await home.AllAsync(context).ConfigureAwait(false)).Where(isWanted).ToList();
        await ApiAnswer
            .PageAsync(context, found.Skip(paging.Skip).Take(paging.PerPage).Select(rule => Show(rule, owner)), paging, found.Count)
            .ConfigureAwait(false);
    }

    /// <summary>Answers with the one that the route names.</summary>
    public async Task GetAsync(HttpContext context) =>
        await AnswerAsync(context, Find(await home.AllAsync(context).ConfigureAwait(false), Id(context))).ConfigureAwait(false);

    /// <summary>Adds one behind the others, and answers with it.</summary>
    public async Task AddAsync(HttpContext context, T rule)
    {
        await home.ChangeAsync(
                context,
                rules =>
                {
                    if (rules.Length >= Most)
                    {
                        throw ApiException.Invalid(
                            "",
                            string.Create(CultureInfo.InvariantCulture, $"the {home.Owner} has {Most} {Noun}s, which is the most it can have")
                        );
                    }

                    RequireUnlike(rules, rule);
                    return rules.Add(rule);
                }
            )
            .ConfigureAwait(false);
        await AnswerAsync(context, rule).ConfigureAwait(false);
    }

    /// <summary>Puts another in the place of the one that the route names, unless it is not the one that the caller knows.</summary>
    /// <param name="context">The request.</param>
    /// <param name="change">Gives the other one; within the transaction, so that nobody changes the first one meanwhile.</param>
    public async Task ReplaceAsync(HttpContext context, Func<T, T> change)
    {
        var id = Id(context);
        var known = Preconditions.IfMatch(context.Request);
        T? after = null;
        await home.ChangeAsync(
                context,
                rules =>
                {
                    var before = Known(rules, id, known, context);
                    after = change(before);
                    RequireUnlike(rules.Remove(before), after);
                    return rules.Replace(before, after);
                }
            )
            .ConfigureAwait(false);
        await AnswerAsync(context, after!).ConfigureAwait(false);
    }

    /// <summary>Deletes the one that the route names, unless it is not the one that the caller knows.</summary>
    public async Task DeleteAsync(HttpContext context)
    {
        var id = Id(context);
        var known = Preconditions.IfMatch(context.Request);
        T? gone = null;
        await home.ChangeAsync(context, rules => rules.Remove(gone = Known(rules, id, known, context))).ConfigureAwait(false);
        var answer = ShowsDeleted ? Show(gone!, home.IdOf(context)) : new JsonObject { ["id"] = id };
        await ApiAnswer.ResultAsync(context, answer).ConfigureAwait(false);
    }

    private T Known(ImmutableArray<T> rules, string id, KnownGenerations? known, HttpContext context)
    {
        var rule = Find(rules, id);
        known?.Require(TagOf(Show(rule, home.IdOf(context))));
        return rule;
    }

    private T Find(ImmutableArray<T> rules, string id) =>
        rules.FirstOrDefault(rule => IdOf(rule) == id) ?? throw ApiException.NotFound($"could not find {Noun} {id}", NoSuchRule);

    private string Id(HttpContext context) => ZoneRequests.Id(context, Parameter);

    private Task AnswerAsync(HttpContext context, T rule)
    {
        var shown = Show(rule, home.IdOf(context));
        Preconditions.SetTag(context.Response, TagOf(shown));
        return ApiAnswer.ResultAsync(context, shown);
    }

    private static long TagOf(JsonObject shown) => Preconditions.TagOf(shown.ToJsonString());
}
