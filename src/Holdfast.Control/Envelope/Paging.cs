using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Control.Envelope;

/// <summary>Which page of a list is wanted: <c>page</c> from 1, <c>per_page</c> from 1 to 1,000, 20 when it is not said.</summary>
internal sealed record Paging(int Page, int PerPage)
{
    public const int DefaultPerPage = 20;
    public const int MaxPerPage = 1_000;

    /// <summary>Highest page: pages beyond the last are empty, and clients page until they meet one.</summary>
    public const int MaxPage = 1_000_000;

    public int Skip => (Page - 1) * PerPage;

    /// <exception cref="ApiException">A value is out of its range.</exception>
    public static Paging Of(HttpRequest request) =>
        new(Number(request, "page", 1, MaxPage), Number(request, "per_page", DefaultPerPage, MaxPerPage));

    /// <summary>A query's text, or null when it is missing or empty.</summary>
    public static string? Text(HttpRequest request, string name) => request.Query[name].ToString() is { Length: > 0 } text ? text : null;

    /// <summary>One of these texts, or null when it is missing or empty.</summary>
    /// <exception cref="ApiException">It is something else.</exception>
    public static string? OneOfOrNull(HttpRequest request, string name, params ReadOnlySpan<string> values) =>
        Text(request, name) is not { } text ? null
        : values.Contains(text) ? text
        : throw ApiException.Invalid("/" + name, $"the query's {name} must be one of {string.Join(", ", values)}");

    /// <summary>A query's time, UTC, or null when it is missing or empty.</summary>
    /// <exception cref="ApiException">It is no time.</exception>
    public static DateTime? Time(HttpRequest request, string name)
    {
        if (Text(request, name) is not { } text)
        {
            return null;
        }

        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        return DateTime.TryParse(text, CultureInfo.InvariantCulture, Utc, out var time)
            ? time
            : throw ApiException.Invalid("/" + name, $"the query's {name} must be a time such as 2026-01-01T05:20:00Z");
    }

    /// <summary>A number of things, from 0, or null when it is missing or empty.</summary>
    /// <exception cref="ApiException">It is something else.</exception>
    public static int? CountOrNull(HttpRequest request, string name) =>
        Text(request, name) is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw ApiException.Invalid("/" + name, $"the query's {name} must be a whole number");

    /// <summary>A whole number from 1, or what stands for it when it is missing or empty.</summary>
    /// <exception cref="ApiException">It is something else, or too large.</exception>
    public static int Number(HttpRequest request, string name, int otherwise, int most)
    {
        if (Text(request, name) is not { } text)
        {
            return otherwise;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most
            ? number
            : throw ApiException.Invalid("/" + name, $"the query's {name} must be a whole number from 1 to {most}");
    }
}
