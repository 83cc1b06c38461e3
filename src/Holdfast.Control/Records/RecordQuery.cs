using Holdfast.Control.Envelope;
using Holdfast.Control.Records.Content;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Control.Records;

/// <summary>
/// Which records a list shows and in which order. A zone's records are few enough to look at each of them. A parameter that is not
/// known is an error: a filter that is misspelt would otherwise mean all.
/// </summary>
internal sealed class RecordQuery
{
    private static readonly string[] Plain = ["page", "per_page", "match", "tag_match", "order", "direction", "search", "type", "proxied"];

    private static readonly string[] Operators = ["exact", "contains", "startswith", "endswith"];

    private readonly List<Func<RecordValues, bool>> _filters = [];
    private readonly List<Func<RecordValues, bool>> _tagFilters = [];
    private readonly bool _matchAny;
    private readonly bool _tagMatchAny;
    private readonly string? _search;
    private readonly string _order;
    private readonly bool _descending;

    private RecordQuery(IQueryCollection query)
    {
        _matchAny = OneOf(query, "match", "all", "any") == "any";
        _tagMatchAny = OneOf(query, "tag_match", "all", "any") == "any";
        _order = OneOf(query, "order", "name", "type", "content", "ttl", "proxied");
        _descending = OneOf(query, "direction", "asc", "desc") == "desc";
        _search = Text(query, "search")?.ToLowerInvariant();
        if (Text(query, "type") is { } typeText)
        {
            var type = RecordTypes.Find(typeText) ?? throw Wrong("type", RecordTypes.Names);
            _filters.Add(values => values.Type == type);
        }

        if (Text(query, "proxied") is not null)
        {
            var proxied = OneOf(query, "proxied", "true", "false") == "true";
            _filters.Add(values => values.Proxied == proxied);
        }

        foreach (var key in query.Keys.Except(Plain))
        {
            Add(key, query[key].ToString());
        }
    }

    /// <exception cref="ApiException">A parameter is unknown or has a value that it cannot have.</exception>
    public static RecordQuery Of(HttpRequest request) => new(request.Query);

    /// <summary>Those of the records that are meant, in order.</summary>
    public IReadOnlyList<DnsRecord> Select(IEnumerable<DnsRecord> records)
    {
        var found = records.Where(record => Matches(record.Values)).ToList();
        found.Sort((one, other) => _descending ? -Compare(one, other) : Compare(one, other));
        return found;
    }

    private bool Matches(RecordValues values)
    {
        var filters = _filters.Select(filter => filter(values));
        if (_tagFilters.Count > 0)
        {
            var tags = _tagFilters.Select(filter => filter(values));
            filters = filters.Append(_tagMatchAny ? tags.Any(matched => matched) : tags.All(matched => matched));
        }

        var some = _filters.Count + _tagFilters.Count > 0;
        return (_matchAny && some ? filters.Any(matched => matched) : filters.All(matched => matched)) && MatchesSearch(values);
    }

    private bool MatchesSearch(RecordValues values) =>
        _search is null
        || values.Name.Contains(_search, StringComparison.OrdinalIgnoreCase)
        || values.Content.Contains(_search, StringComparison.OrdinalIgnoreCase)
        || values.Type.PlainText(values.Content).Contains(_search, StringComparison.OrdinalIgnoreCase)
        || values.Type.Name.Equals(_search, StringComparison.OrdinalIgnoreCase)
        || values.Comment?.Contains(_search, StringComparison.OrdinalIgnoreCase) is true
        || values.Tags.Any(tag => tag.Contains(_search, StringComparison.OrdinalIgnoreCase));

    private void Add(string key, string wanted)
    {
        var dot = key.IndexOf('.', StringComparison.Ordinal);
        var member = dot < 0 ? key : key[..dot];
        var test = dot < 0 ? "exact" : key[(dot + 1)..];
        if (wanted.Length == 0 && (member, test) is not ("comment", "present" or "absent"))
        {
            throw ApiException.Invalid("/" + key, $"'{key}' is empty", RecordErrors.Validation);
        }

        switch (member, test)
        {
            case ("comment", "present"):
                _filters.Add(values => values.Comment is not null);
                break;
            case ("comment", "absent"):
                _filters.Add(values => values.Comment is null);
                break;
            case ("tag", "present"):
                _tagFilters.Add(values => values.Tags.Any(tag => Same(NameOf(tag), wanted)));
                break;
            case ("tag", "absent"):
                _tagFilters.Add(values => !values.Tags.Any(tag => Same(NameOf(tag), wanted)));
                break;
            case ("tag", _) when Operators.Contains(test):
                var name = NameOf(wanted);
                var value = ValueOf(wanted);
                _tagFilters.Add(values => values.Tags.Any(tag => Same(NameOf(tag), name) && Holds(test, ValueOf(tag), value)));
                break;
            case ("name", _) when Operators.Contains(test):
                var host = wanted.TrimEnd('.');
                _filters.Add(values => Holds(test, values.Name, host));
                break;
            case ("content", _) when Operators.Contains(test):
                // A TXT's content is canonically in quotes, and is asked for without them.
                _filters.Add(values => Holds(test, values.Content, wanted) || Holds(test, values.Type.PlainText(values.Content), wanted));
                break;
            case ("comment", _) when Operators.Contains(test):
                _filters.Add(values => values.Comment is { } comment && Holds(test, comment, wanted));
                break;
            default:
                throw ApiException.Invalid("/" + key, $"'{key}' is no parameter of this list", RecordErrors.Validation);
        }
    }

    private int Compare(DnsRecord one, DnsRecord other)
    {
        var (a, b) = (one.Values, other.Values);
        var result = _order switch
        {
            "type" => string.CompareOrdinal(a.Type.Name, b.Type.Name),
            "content" => string.CompareOrdinal(a.Content, b.Content),
            "ttl" => a.Ttl.CompareTo(b.Ttl),
            "proxied" => a.Proxied.CompareTo(b.Proxied),
            _ => string.CompareOrdinal(a.Name, b.Name),
        };
        result = result != 0 ? result : string.CompareOrdinal(a.Name, b.Name);
        result = result != 0 ? result : string.CompareOrdinal(a.Type.Name, b.Type.Name);
        return result != 0 ? result : string.CompareOrdinal(one.Id, other.Id);
    }

    private static bool Holds(string test, string found, string wanted) =>
        test switch
        {
            "contains" => found.Contains(wanted, StringComparison.OrdinalIgnoreCase),
            "startswith" => found.StartsWith(wanted, StringComparison.OrdinalIgnoreCase),
            "endswith" => found.EndsWith(wanted, StringComparison.OrdinalIgnoreCase),
            _ => Same(found, wanted),
        };

    private static bool Same(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);

    private static string NameOf(string tag) => tag.Split(':', 2)[0];

    private static string ValueOf(string tag) => tag.Split(':', 2) is [_, var value] ? value : "";

    private static string? Text(IQueryCollection query, string name) => query[name].ToString() is { Length: > 0 } text ? text : null;

    private static string OneOf(IQueryCollection query, string name, params string[] values)
    {
        var text = Text(query, name) ?? values[0];
        return values.Contains(text) ? text : throw Wrong(name, string.Join(", ", values));
    }

    private static ApiException Wrong(string name, string allowed) =>
        ApiException.Invalid("/" + name, $"the query's {name} must be one of {allowed}", RecordErrors.Validation);
}
