using System.Collections.Immutable;
using Holdfast.Edge.ErrorPages;

namespace Holdfast.Edge.Reporting;

/// <summary>
/// How often each error that is not the visitor's fault occurred in one zone, since its first request here; it only grows. Any thread at any
/// time; counting neither allocates nor waits.
/// </summary>
internal sealed class ZoneErrors
{
    /// <summary>The name of what is no error of the edge's: the origin's own answer with 5xx, which passes through.</summary>
    public const string OriginAnswered = "origin_answered_5xx";

    private static readonly ImmutableArray<(string Name, Blame Blame)> Kinds =
    [
        (OriginAnswered, Blame.Origin),
        .. EdgeErrorCatalog.All.Where(IsCounted).Select(info => (info.Name, info.Blame)),
    ];

    /// <summary>For each <see cref="EdgeError"/> its place in <see cref="Kinds"/>; 0 for those that are not counted.</summary>
    private static readonly ImmutableArray<int> Places = Place();

    private readonly long[] _counts = new long[Kinds.Length];

    /// <summary>The errors that occurred, with how often.</summary>
    public IEnumerable<(string Error, Blame Blame, long Count)> All
    {
        get
        {
            for (var i = 0; i < Kinds.Length; i++)
            {
                if (Volatile.Read(ref _counts[i]) is > 0 and var count)
                {
                    yield return (Kinds[i].Name, Kinds[i].Blame, count);
                }
            }
        }
    }

    /// <summary>An error occurred that is the edge's or the origin's fault.</summary>
    /// <param name="error">Which; none for the origin's own answer with 5xx.</param>
    public void Occurred(EdgeError error) => Interlocked.Increment(ref _counts[Places[(int)error]]);

    private static bool IsCounted(EdgeErrorInfo info) => info.Blame is Blame.Edge or Blame.Origin;

    private static ImmutableArray<int> Place()
    {
        var places = new int[Enum.GetValues<EdgeError>().Length];
        var place = 1;
        foreach (var info in EdgeErrorCatalog.All.Where(IsCounted))
        {
            places[(int)info.Error] = place++;
        }

        return [.. places];
    }
}
