using System.Collections.Immutable;
using System.Text;
using Holdfast.Edge.Rules.Events;
using Holdfast.Model.Releases.Rehearsals;

namespace Holdfast.Edge.Rehearsing;

/// <summary>Counts how two configurations differ over the requests of a sample.</summary>
internal sealed class RehearsalDiff
{
    private readonly int[] _counts = new int[Enum.GetValues<RehearsalDifference>().Length];
    private readonly List<RehearsalExample>?[] _examples = new List<RehearsalExample>?[Enum.GetValues<RehearsalDifference>().Length];

    /// <summary>The differences that there are.</summary>
    public ImmutableArray<RehearsalChange> Changes =>
        [
            .. Enum.GetValues<RehearsalDifference>()
                .Where(difference => _counts[(int)difference] > 0)
                .Select(difference => new RehearsalChange(difference, _counts[(int)difference], [.. _examples[(int)difference]!])),
        ];

    /// <summary>Compares what became of one request.</summary>
    public void Add(RequestSample sample, ReplayOutcome live, ReplayOutcome candidate)
    {
        if (AnswerOf(live, candidate) is { } answer)
        {
            Note(answer, sample, Masked(live.Text), Masked(candidate.Text), candidate.Rule ?? (candidate.IsBlocked ? null : live.Rule));
            return;
        }

        if (live.Target is null || candidate.Target is null)
        {
            // The edge answers it alike.
            NoteIf(RehearsalDifference.AnswerFieldsChanged, live.AnswerFields, candidate.AnswerFields, sample, candidate);
            return;
        }

        NoteIf(RehearsalDifference.RewrittenOtherwise, live.Target, candidate.Target, sample, candidate);
        NoteIf(RehearsalDifference.SentToAnotherOrigin, live.Origin, candidate.Origin, sample, candidate);
        if (live.IsCached != candidate.IsCached)
        {
            var difference = candidate.IsCached ? RehearsalDifference.NewlyCached : RehearsalDifference.NoLongerCached;
            Note(difference, sample, Cached(live), Cached(candidate), candidate.Rule);
        }
        else if (live.IsCached)
        {
            NoteIf(RehearsalDifference.CacheKeyChanged, live.Key, candidate.Key, sample, candidate);
        }

        NoteIf(RehearsalDifference.RequestFieldsChanged, live.RequestFields, candidate.RequestFields, sample, candidate);
        NoteIf(RehearsalDifference.AnswerFieldsChanged, live.AnswerFields, candidate.AnswerFields, sample, candidate);
    }

    private static RehearsalDifference? AnswerOf(ReplayOutcome live, ReplayOutcome candidate) =>
        live.IsFailing != candidate.IsFailing
            ? candidate.IsFailing
                ? RehearsalDifference.NewlyFailing
                : RehearsalDifference.NoLongerFailing
            : live.IsBlocked != candidate.IsBlocked
                ? candidate.IsBlocked
                    ? RehearsalDifference.NewlyBlocked
                    : RehearsalDifference.NoLongerBlocked
                : live.IsRedirected != candidate.IsRedirected
                    ? candidate.IsRedirected
                        ? RehearsalDifference.NewlyRedirected
                        : RehearsalDifference.NoLongerRedirected
                    : live.IsRedirected && live.Location != candidate.Location
                        ? RehearsalDifference.RedirectedElsewhere
                        : live.Status != candidate.Status || live.Error != candidate.Error
                            ? RehearsalDifference.AnsweredOtherwise
                            : null;

    private static string Cached(ReplayOutcome outcome) => outcome.IsCached ? "can be cached" : "not cached";

    private void NoteIf(RehearsalDifference difference, string? live, string? candidate, RequestSample sample, ReplayOutcome outcome)
    {
        if (live == candidate)
        {
            return;
        }

        // Of several lines those that are on one side alone.
        var (before, after) = (live?.Split('\n') ?? [], candidate?.Split('\n') ?? []);
        Note(difference, sample, Masked(before.Except(after)), Masked(after.Except(before)), outcome.Rule);
    }

    // A rule may set a secret that no visitor has sent, such as what an origin knows its edge by.
    private static string Masked(IEnumerable<string> lines) => string.Join("; ", lines.Select(Masked));

    private static string Masked(string line)
    {
        var colon = line.IndexOf(": ", StringComparison.Ordinal);
        if (colon > 0 && !line.AsSpan(0, colon).Contains('/'))
        {
            var (name, value) = (Encoding.Latin1.GetBytes(line[..colon]), Encoding.Latin1.GetBytes(line[(colon + 2)..]));
            if (SecretText.IsNameOfOne(name) || SecretText.IsOne(value))
            {
                return $"{line[..colon]}: {Encoding.Latin1.GetString(SecretText.Mask)}";
            }
        }

        var room = new byte[(line.Length * 3) + 3];
        return line.Contains('?')
            ? Encoding.Latin1.GetString(SecretText.MaskUri(Encoding.Latin1.GetBytes(line), isQuery: false, room))
            : line;
    }

    private void Note(RehearsalDifference difference, RequestSample sample, string live, string candidate, string? rule)
    {
        _counts[(int)difference]++;
        var examples = _examples[(int)difference] ??= [];
        if (examples.Count < RehearsalReport.MostExamples)
        {
            examples.Add(new RehearsalExample(sample.Ray, NameOf(sample), live, candidate, rule));
        }
    }

    private static string NameOf(RequestSample sample)
    {
        var text = Encoding.Latin1.GetString(sample.Head.Span);
        var line = text[..text.IndexOf("\r\n", StringComparison.Ordinal)].Split(' ');
        var host = text.Split("\r\n").FirstOrDefault(field => field.StartsWith("host:", StringComparison.OrdinalIgnoreCase))?[5..].Trim();
        return line.Length < 2 ? text[..0] : $"{line[0]} {(sample.IsHttps ? "https" : "http")}://{host}{line[1]}";
    }
}
