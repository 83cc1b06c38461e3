using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Holdfast.Control.Access;
using Holdfast.Control.Envelope;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Control.SecurityEvents;

/// <summary>Which events are wanted, and in which order: that of their arrival, so that a cursor never misses one.</summary>
internal sealed record SecurityEventQuery
{
    /// <summary>Events in an answer, unless the query says how many.</summary>
    public const int DefaultLimit = 50;

    /// <summary>The most.</summary>
    public const int MostLimit = 1_000;

    // Longest text that is looked for.
    private const int MostText = 2_048;

    private readonly List<(string Column, string Value)> _equal = [];

    /// <summary>The zones.</summary>
    public required ZoneSelection Zones { get; init; }

    /// <summary>The phases; null for all.</summary>
    public IReadOnlyList<string>? Phases { get; init; }

    /// <summary>Phases that are left out.</summary>
    public IReadOnlyList<string> ExceptPhases { get; init; } = [];

    /// <summary>How many.</summary>
    public int Limit { get; private init; }

    /// <summary>Whether the oldest comes first.</summary>
    public bool OldestFirst { get; private init; }

    /// <summary>The last event of the part before, or null.</summary>
    public long? Cursor { get; private init; }

    private string? Path { get; init; }

    private DateTime? Since { get; init; }

    private DateTime? Until { get; init; }

    /// <summary>Reads a request's query.</summary>
    /// <exception cref="ApiException">A value is wrong.</exception>
    public static SecurityEventQuery Of(HttpRequest request, ZoneSelection zones)
    {
        var query = new SecurityEventQuery
        {
            Zones = zones,
            Limit = (int)(Number(request, "limit", 1, MostLimit) ?? DefaultLimit),
            Cursor = Number(request, "cursor", 0, long.MaxValue),
            OldestFirst = Paging.OneOfOrNull(request, "direction", "asc", "desc") == "asc",
            Path = Text(request, "path"),
            Since = Paging.Time(request, "since"),
            Until = Paging.Time(request, "until"),
        };
        query.Add("ray", Text(request, "ray_id"));
        query.Add("rule", Text(request, "rule_id"));
        query.Add("action", Text(request, "action"));
        query.Add("host", Text(request, "host")?.ToLowerInvariant());
        query.Add("method", Text(request, "method"));
        query.Add("phase", Text(request, "phase"));
        query.Add("country", Text(request, "country")?.ToUpperInvariant());
        if (Text(request, "ip") is { } ip)
        {
            query.Add(
                "ip",
                IPAddress.TryParse(ip, out var address)
                    ? address.ToString()
                    : throw ApiException.Invalid("/ip", "the query's ip must be an address such as 192.0.2.1")
            );
        }

        return query;
    }

    /// <summary>Adds the conditions behind one that is there; one more than wanted is asked for, to know whether there are more.</summary>
    public void AddTo(StringBuilder sql, List<object> values)
    {
        foreach (var (column, value) in _equal)
        {
            Add($" AND {column} = ", value);
        }

        if (!Zones.All || Zones.Ids.Count > 0)
        {
            AddAny(Zones.All ? " AND zone NOT IN " : " AND zone IN ", Zones.Ids);
        }

        if (Phases is not null)
        {
            AddAny(" AND phase IN ", Phases);
        }

        if (ExceptPhases.Count > 0)
        {
            AddAny(" AND phase NOT IN ", ExceptPhases);
        }

        if (Path is { } path)
        {
            var isPrefix = path.EndsWith('*');
            Add(isPrefix ? " AND instr(path, " : " AND path = ", isPrefix ? path[..^1] : path);
            sql.Append(isPrefix ? ") = 1" : "");
        }

        if (Since is { } since)
        {
            Add(" AND at >= ", Milliseconds(since));
        }

        if (Until is { } until)
        {
            Add(" AND at < ", Milliseconds(until));
        }

        if (Cursor is { } cursor)
        {
            Add(OldestFirst ? " AND id > " : " AND id < ", cursor);
        }

        Add(OldestFirst ? " ORDER BY id LIMIT " : " ORDER BY id DESC LIMIT ", (long)Limit + 1);

        void Add(string text, object value)
        {
            values.Add(value);
            sql.Append(CultureInfo.InvariantCulture, $"{text}${values.Count}");
        }

        void AddAny(string text, IEnumerable<string> any)
        {
            values.Add(JsonSerializer.Serialize(any));
            sql.Append(CultureInfo.InvariantCulture, $"{text}(SELECT value FROM json_each(${values.Count}))");
        }
    }

    private void Add(string column, string? value)
    {
        if (value is not null)
        {
            _equal.Add((column, value));
        }
    }

    private static string? Text(HttpRequest request, string name) =>
        Paging.Text(request, name) is not { } text ? null
        : text.Length <= MostText ? text
        : throw ApiException.Invalid("/" + name, $"the query's {name} has {text.Length} characters, and may have {MostText}");

    private static long? Number(HttpRequest request, string name, long least, long most) =>
        Paging.Text(request, name) is not { } text ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
        : throw ApiException.Invalid("/" + name, $"the query's {name} must be a whole number from {least} to {most}");

    private static long Milliseconds(DateTime utc) => new DateTimeOffset(utc).ToUnixTimeMilliseconds();
}
