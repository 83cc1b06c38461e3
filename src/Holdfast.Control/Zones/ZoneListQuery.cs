using Holdfast.Artifacts.Zones;
using Holdfast.Control.Envelope;
using Holdfast.Control.Storage;
using Holdfast.Model.Zones;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Control.Zones;

/// <summary>What a request for the list of zones asks for. A parameter that is not known is ignored, as Cloudflare does.</summary>
internal static class ZoneListQuery
{
    public static readonly string[] Statuses = ["initializing", "pending", "active", "moved"];
    public static readonly string[] Orders = ["name", "status", "account.id", "account.name", "plan.id"];

    private static readonly string[] Operators =
    [
        "equal",
        "not_equal",
        "starts_with",
        "ends_with",
        "contains",
        "starts_with_case_sensitive",
        "ends_with_case_sensitive",
        "contains_case_sensitive",
    ];

    /// <exception cref="ApiException">A value is not one that the parameter can have.</exception>
    public static ZoneFilter Filter(HttpRequest request, StoredAccount account)
    {
        var others = new List<bool>();
        if (Paging.OneOfOrNull(request, "status", Statuses) is { } status)
        {
            others.Add(status == "active");
        }

        if (Account(request, "id") is { } id)
        {
            others.Add(id == account.Id);
        }

        if (Account(request, "name") is { } accountName)
        {
            others.Add(Pattern(accountName, exact: text => text).Matches(account.Name));
        }

        return new ZoneFilter
        {
            Name = Paging.Text(request, "name") is { } name ? Pattern(name, text => ZoneRequests.Name(text, "/name")) : null,
            Types = TypesOf(request),
            Others = others,
            Any = Paging.OneOfOrNull(request, "match", "any", "all") == "any",
        };
    }

    /// <summary>
    /// Whether the last comes first. By status, account and plan all zones are equal, so whatever order is asked for, names decide.
    /// </summary>
    /// <exception cref="ApiException">A value is not one that the parameter can have.</exception>
    public static bool Descending(HttpRequest request)
    {
        Paging.OneOfOrNull(request, "order", Orders);
        return Paging.OneOfOrNull(request, "direction", "asc", "desc") == "desc";
    }

    // Nested parameters come with a dot from today's clients, with brackets from older ones.
    private static string? Account(HttpRequest request, string member) =>
        Paging.Text(request, $"account.{member}") ?? Paging.Text(request, $"account[{member}]");

    private static NamePattern Pattern(string value, Func<string, string> exact)
    {
        var colon = value.IndexOf(':');
        if (colon < 0 || !Operators.Contains(value[..colon]))
        {
            return new NamePattern(exact(value), false, false, false);
        }

        var (name, text) = (value[..colon], value[(colon + 1)..]);
        if (name == "equal")
        {
            return new NamePattern(exact(text), false, false, false);
        }

        // Names are in lower case: what is compared with its case and has another is like none of them.
        var pattern = name.EndsWith("_case_sensitive", StringComparison.Ordinal) ? text : text.ToLowerInvariant();
        return pattern.Any(char.IsUpper)
            ? new NamePattern(pattern, false, false, false)
            : new NamePattern(
                pattern,
                Before: !name.StartsWith("starts_with", StringComparison.Ordinal) && name != "not_equal",
                After: !name.StartsWith("ends_with", StringComparison.Ordinal) && name != "not_equal",
                Negated: name == "not_equal"
            );
    }

    private static List<ZoneType>? TypesOf(HttpRequest request)
    {
        var names = request.Query["type"].SelectMany(value => (value ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries)).ToList();
        var types = new List<ZoneType>();
        foreach (var name in names)
        {
            types.Add(
                ZoneTypeNames.TryParse(name, out var type)
                    ? type
                    : throw ApiException.Invalid("/type", $"the query's type must be some of {ZoneTypeNames.Allowed}, separated by commas")
            );
        }

        return types.Count > 0 ? types : null;
    }
}
