using System.Diagnostics;
using System.Text;
using Holdfast.Rules.Evaluation;

namespace Holdfast.Bench.Rules;

/// <summary>One typical rule, compiled, beside the same thing written by hand in C#.</summary>
internal static class OneRule
{
    private const string Rule =
        "(http.host in {\"www.example.com\" \"example.com\"} and http.request.method eq \"POST\" and http.request.uri.path contains \"/wp-login.php\")"
        + " or (lower(http.user_agent) contains \"badbot\" and not ip.src in {192.0.2.0/24 198.51.100.0/24 2001:db8::/32})"
        + " or ip.src.country in {\"XX\" \"T1\"} or (starts_with(http.request.uri.path, \"/admin\") and not ip.src in {192.0.2.0/24})";

    public static void Run(int rounds)
    {
        const int evaluations = 200_000;
        var request = new BenchRequest();
        var filter = Measure.Filter(Rule);
        var evaluation = new RuleEvaluation();
        var (compiled, byHand, held) = (double.MaxValue, double.MaxValue, 0);
        for (var round = 0; round < rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < evaluations; i++)
            {
                held += filter.Evaluate(request, evaluation) == Truth.True ? 1 : 0;
            }

            compiled = Math.Min(compiled, Stopwatch.GetElapsedTime(start).TotalNanoseconds / evaluations);
            start = Stopwatch.GetTimestamp();
            for (var i = 0; i < evaluations; i++)
            {
                held += ByHand(request) ? 1 : 0;
            }

            byHand = Math.Min(byHand, Stopwatch.GetElapsedTime(start).TotalNanoseconds / evaluations);
        }

        Measure.Print($"one rule: compiled {compiled:0.0} ns, by hand {byHand:0.0} ns: {compiled / byHand:0.00} times ({held} held)");
    }

    private static bool ByHand(BenchRequest request)
    {
        ReadOnlySpan<byte> host = request.Host;
        ReadOnlySpan<byte> path = request.Path;
        if (
            (host.SequenceEqual("www.example.com"u8) || host.SequenceEqual("example.com"u8))
            && request.Method.AsSpan().SequenceEqual("POST"u8)
            && path.IndexOf("/wp-login.php"u8) >= 0
        )
        {
            return true;
        }

        // What a careful writer would do: no texts, and no more lower case than is needed.
        Span<byte> lower = stackalloc byte[512];
        if (
            request.UserAgent.Length <= lower.Length
            && Ascii.ToLower(request.UserAgent, lower, out var length) == System.Buffers.OperationStatus.Done
            && lower[..length].IndexOf("badbot"u8) >= 0
            && !IsInOffice(request)
            && !(!request.Source.IsIPv6 && ((uint)request.Source.Bits & 0xFFFFFF00) == 0xC6336400)
            && !(request.Source.IsIPv6 && request.Source.Bits >> 96 == 0x20010db8)
        )
        {
            return true;
        }

        ReadOnlySpan<byte> country = request.Country;
        return country.SequenceEqual("XX"u8) || country.SequenceEqual("T1"u8) || (path.StartsWith("/admin"u8) && !IsInOffice(request));
    }

    private static bool IsInOffice(BenchRequest request) =>
        !request.Source.IsIPv6 && ((uint)request.Source.Bits & 0xFFFFFF00) == 0xC0000200;
}
