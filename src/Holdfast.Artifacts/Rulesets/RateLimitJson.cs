using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Json;
using Holdfast.Artifacts.Lists;
using Holdfast.Model.Rulesets;
using Holdfast.Releases.Intake;
using Holdfast.Rules.Parsing;
using Holdfast.Rules.Phases;
using Holdfast.Rules.RateLimiting;
using Holdfast.Rules.Syntax;

namespace Holdfast.Artifacts.Rulesets;

/// <summary>The member <c>ratelimit</c> of a rule, in Cloudflare's form: in the API and in a release alike.</summary>
public static class RateLimitJson
{
    private const string Name = "ratelimit";
    private static readonly string PeriodsText = string.Join(", ", RateLimitLimits.Periods);

    /// <summary>Reads it from a rule: what acts beyond a limit needs one, and nothing else has one.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="phase">Its phase.</param>
    /// <param name="action">What it does; null when that is wrong.</param>
    /// <param name="problems">Gets what is wrong, as <paramref name="rule"/> does.</param>
    /// <param name="lists">The lists that there are, or null.</param>
    /// <returns>Null when it has none, or something is wrong.</returns>
    internal static RateLimitConfig? ReadOf(
        JsonMembers rule,
        RulePhase phase,
        RuleAction? action,
        ICollection<ArtifactProblem> problems,
        KnownLists? lists
    )
    {
        var isThere = rule.TryGet(Name, out var value) && value.ValueKind != JsonValueKind.Null;
        if (phase != RulePhase.HttpRatelimit || action is SkipAction or ExecuteAction)
        {
            if (isThere)
            {
                rule.Report(
                    Name,
                    "there",
                    phase == RulePhase.HttpRatelimit
                        ? "nothing: a rule that skips makes exceptions, one that executes has others asked, and neither counts"
                        : $"nothing: rules of {RulePhases.NameOf(RulePhase.HttpRatelimit)} have it"
                );
            }

            return null;
        }

        if (isThere)
        {
            return Read(value, rule.PointerTo(Name), problems, lists);
        }

        rule.Report(Name, "missing", "an object that says what is counted and how much of it may come");
        return null;
    }

    /// <summary>Reads it.</summary>
    /// <param name="value">The member's value.</param>
    /// <param name="pointer">Where it is.</param>
    /// <param name="problems">Gets what is wrong.</param>
    /// <param name="lists">The lists that there are, null when that is not known, and then any will do.</param>
    /// <returns>Null when something is wrong.</returns>
    public static RateLimitConfig? Read(JsonElement value, string pointer, ICollection<ArtifactProblem> problems, KnownLists? lists = null)
    {
        var before = problems.Count;
        var members = new JsonMembers(value, pointer, problems);
        var characteristics = ReadCharacteristics(members, problems);
        var period = ReadPeriod(members);
        var requests = ReadNumber(members, "requests_per_period", 1, RateLimitLimits.MostPerPeriod);
        var score = ReadNumber(members, "score_per_period", 1, RateLimitLimits.MostPerPeriod);
        var header = ReadHeaderName(members);
        var timeout = ReadNumber(members, "mitigation_timeout", 0, RateLimitLimits.MostMitigationSeconds) ?? 0;
        var counting = ReadCounting(members, lists);
        var toOrigin = ReadFlag(members, "requests_to_origin");
        members.RefuseOthers();
        if (problems.Count > before)
        {
            return null;
        }

        if ((requests is null) == (score is null))
        {
            members.Report("requests_per_period", requests is null ? "missing" : "beside score_per_period", "one of the two");
        }
        else if ((score is null) != (header is null))
        {
            members.Report(
                "score_response_header_name",
                header is null ? "missing" : "beside requests_per_period",
                "a header field's name beside score_per_period, and only there"
            );
        }

        return problems.Count > before
            ? null
            : new RateLimitConfig
            {
                Characteristics = characteristics,
                PeriodSeconds = period,
                RequestsPerPeriod = requests,
                ScorePerPeriod = score,
                ScoreResponseHeaderName = header,
                MitigationTimeoutSeconds = timeout,
                CountingExpression = counting,
                RequestsToOrigin = toOrigin,
            };
    }

    /// <summary>Writes it; <c>cf.colo.id</c> stands first, as Cloudflare requires it.</summary>
    public static JsonObject Write(RateLimitConfig config)
    {
        var json = new JsonObject
        {
            ["characteristics"] = new JsonArray([
                Characteristic.DataCenter,
                .. config.Characteristics.Select(text => (JsonNode?)JsonValue.Create(text)),
            ]),
            ["period"] = config.PeriodSeconds,
        };
        if (config.RequestsPerPeriod is { } requests)
        {
            json["requests_per_period"] = requests;
        }

        if (config.ScorePerPeriod is { } score)
        {
            json["score_per_period"] = score;
            json["score_response_header_name"] = config.ScoreResponseHeaderName;
        }

        json["mitigation_timeout"] = config.MitigationTimeoutSeconds;
        if (config.CountingExpression is { } counting)
        {
            json["counting_expression"] = counting;
        }

        json["requests_to_origin"] = config.RequestsToOrigin;
        return json;
    }

    private static ImmutableArray<string> ReadCharacteristics(JsonMembers members, ICollection<ArtifactProblem> problems)
    {
        const string name = "characteristics";
        var allowed = $"an array of 1 to {RateLimitLimits.MostCharacteristics} of {Characteristic.Allowed}";
        if (!members.TryRequire(name, allowed, out var value))
        {
            return [];
        }

        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() is 0 or > RateLimitLimits.MostCharacteristics)
        {
            members.Report(
                name,
                value.ValueKind == JsonValueKind.Array ? $"an array of {value.GetArrayLength()}" : StrictJson.Describe(value),
                allowed
            );
            return [];
        }

        var texts = ImmutableArray.CreateBuilder<string>();
        var at = 0;
        foreach (var item in value.EnumerateArray())
        {
            var place = StrictJson.Pointer(members.PointerTo(name), $"{at++}");
            var text = StrictJson.TextOf(item)?.Trim();
            var problem = "";
            if (text == Characteristic.DataCenter)
            {
                continue;
            }

            if (text is null || Characteristic.Read(text, RateLimitLimits.LongestName, out problem) is not { } read)
            {
                var found = problem.Length == 0 ? StrictJson.Describe(item) : $"{StrictJson.Describe(item)} ({problem})";
                problems.Add(new ArtifactProblem(place, found, Characteristic.Allowed));
            }
            else if (texts.Contains(read.Text))
            {
                problems.Add(new ArtifactProblem(place, $"'{read.Text}' a second time", "each once"));
            }
            else
            {
                texts.Add(read.Text);
            }
        }

        return texts.ToImmutable();
    }

    private static int ReadPeriod(JsonMembers members)
    {
        if (!members.TryRequire("period", PeriodsText, out var value))
        {
            return 0;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var period) && RateLimitLimits.Periods.Contains(period))
        {
            return period;
        }

        members.Report("period", StrictJson.Describe(value), PeriodsText + " (seconds)");
        return 0;
    }

    private static int? ReadNumber(JsonMembers members, string name, int least, int most)
    {
        if (!members.TryGet(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most)
        {
            return number;
        }

        members.Report(name, StrictJson.Describe(value), $"a whole number from {least} to {most}");
        return null;
    }

    private static bool ReadFlag(JsonMembers members, string name)
    {
        if (!members.TryGet(name, out var value))
        {
            return false;
        }

        if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            members.Report(name, StrictJson.Describe(value), "true or false");
        }

        return value.ValueKind == JsonValueKind.True;
    }

    private static string? ReadHeaderName(JsonMembers members)
    {
        const string name = "score_response_header_name";
        var allowed = $"a header field's name of 1 to {RateLimitLimits.LongestName} characters";
        if (members.OptionalText(name, allowed) is not { Length: > 0 } text)
        {
            return null;
        }

        // RFC 9110 section 5.1: a field name is a token.
        if (text.Length > RateLimitLimits.LongestName || text.AsSpan().ContainsAnyExcept(TokenCharacters))
        {
            members.Report(name, $"'{text}'", allowed);
            return null;
        }

        return text.ToLowerInvariant();
    }

    private static string? ReadCounting(JsonMembers members, KnownLists? lists)
    {
        const string name = "counting_expression";
        const string Allowed = "an expression of the rules language, which may read the response";

        // An empty one means what none means.
        if (members.OptionalText(name, Allowed) is not { Length: > 0 } text)
        {
            return null;
        }

        var reading = RuleParser.ReadFilter(text, RuleExpressions.CountingScope(lists));
        if (reading.Tree is { } tree)
        {
            return CanonicalText.Of(tree);
        }

        members.Report(name, $"no such expression ({reading.Errors[0]})", Allowed);
        return null;
    }

    private static readonly System.Buffers.SearchValues<char> TokenCharacters = System.Buffers.SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    );
}
