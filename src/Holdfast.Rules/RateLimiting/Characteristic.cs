using Holdfast.Rules.Fields;
using Holdfast.Rules.Parsing;
using Holdfast.Rules.Phases;
using Holdfast.Rules.Syntax;
using Holdfast.Rules.Types;

namespace Holdfast.Rules.RateLimiting;

/// <summary>What a rate limit tells its counters apart by: one value of a request.</summary>
public abstract record Characteristic
{
    /// <summary>The data centre, which every rate limit has: counters are an edge's own.</summary>
    public const string DataCenter = "cf.colo.id";

    /// <summary>What may stand in a rule, for messages.</summary>
    public const string Allowed =
        "cf.colo.id, ip.src, ip.src.asnum, ip.src.country, http.host, http.request.uri.path, cf.bot_management.ja4 or another field "
        + "of the request, http.request.headers[\"name\"], http.request.cookies[\"name\"], http.request.uri.args[\"name\"], "
        + "http.request.body.form[\"name\"], or an expression that is a string";

    /// <summary>The one way to write it.</summary>
    public abstract string Text { get; }

    /// <summary>Whether the request's body has to be held back for it.</summary>
    public abstract bool ReadsBody { get; }

    /// <summary>Reads one that is not <see cref="DataCenter"/>.</summary>
    /// <param name="text">As it was written.</param>
    /// <param name="longestName">The most characters of a name in brackets.</param>
    /// <param name="problem">What is wrong with it; empty when nothing is.</param>
    /// <returns>Null when something is wrong.</returns>
    public static Characteristic? Read(string text, int longestName, out string problem)
    {
        problem = "";
        if (text == "cf.unique_visitor_id")
        {
            problem = "it needs a cookie that Cloudflare sets; ip.src is the nearest";
            return null;
        }

        if (FieldCatalogue.Find(text) is { } field)
        {
            return OfField(field, ref problem);
        }

        return
            text.EndsWith("\"]", StringComparison.Ordinal)
            && text.IndexOf("[\"", StringComparison.Ordinal) is > 0 and var bracket
            && FieldCatalogue.Find(text.AsSpan(0, bracket)) is { } map
            ? OfElement(map, text[(bracket + 2)..^2], longestName, ref problem)
            : OfExpression(text, ref problem);
    }

    private static FieldCharacteristic? OfField(RuleField field, ref string problem)
    {
        problem =
            !field.Type.IsSingle && field.Type.Kind == RuleKind.Map ? $"{field.Name} is a map: say which of it, {field.Name}[\"name\"]"
            : !field.Type.IsSingle ? $"{field.Name} is several values: join() makes one of them"
            : ReasonAgainst(field);
        return problem.Length == 0 ? new FieldCharacteristic(field) : null;
    }

    private static ElementCharacteristic? OfElement(RuleField map, string name, int longestName, ref string problem)
    {
        problem =
            map.Type.Kind != RuleKind.Map || map.Type.Element!.Element != RuleType.String ? $"{map.Name} is no map of strings"
            : name.Length == 0 || name.Length > longestName ? $"a name has 1 to {longestName} characters"
            : name.AsSpan().ContainsAny('"', '\\') ? "a name has no quotes and no backslashes"
            : map.HasLowerCaseNames && name != name.ToLowerInvariant() ? "names of header fields are written in lower case"
            : ReasonAgainst(map);
        return problem.Length == 0 ? new ElementCharacteristic(map, name) : null;
    }

    private static ExpressionCharacteristic? OfExpression(string text, ref string problem)
    {
        var reading = RuleParser.ReadValue(text, new RuleScope(new ExpressionPlace(ExpressionUse.Value, RulePhase.HttpRatelimit)));
        if (reading.Tree is null)
        {
            problem = reading.Errors[0].ToString();
            return null;
        }

        foreach (var field in Checks.SignalReads.Of(reading.Tree))
        {
            problem = ReasonAgainst(field);
            if (problem.Length > 0)
            {
                return null;
            }
        }

        return new ExpressionCharacteristic(reading.Tree);
    }

    private static string ReasonAgainst(RuleField field) =>
        field.IsOfResponse ? $"{field.Name} is the response's, and counters are found before there is one"
        : field.Signal is null ? $"nothing here knows {field.Name}, so that the rule would never act"
        : "";
}

/// <summary>A field that has one value.</summary>
public sealed record FieldCharacteristic(RuleField Field) : Characteristic
{
    /// <inheritdoc/>
    public override string Text => Field.Name;

    /// <inheritdoc/>
    public override bool ReadsBody => Field.IsOfBody;
}

/// <summary>All values under one name: of a header field, a cookie, an argument, a form's input.</summary>
public sealed record ElementCharacteristic(RuleField Field, string Name) : Characteristic
{
    /// <inheritdoc/>
    public override string Text => $"{Field.Name}[\"{Name}\"]";

    /// <inheritdoc/>
    public override bool ReadsBody => Field.IsOfBody;
}

/// <summary>A string that is computed.</summary>
public sealed record ExpressionCharacteristic(Argument Value) : Characteristic
{
    /// <inheritdoc/>
    public override string Text => CanonicalText.Of(Value);

    /// <inheritdoc/>
    public override bool ReadsBody => Checks.SignalReads.Of(Value).Any(read => read.IsOfBody);
}
