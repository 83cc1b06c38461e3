using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Holdfast.Control.Tests;

/// <summary>
/// The unmodified <c>cloudflare</c> npm client against a real control. Each script in <c>npm/</c> runs once, on a control of its own; each
/// of its checks is a test here. To add a script, put it there: nothing else needs to be changed.
/// </summary>
public sealed partial class NpmClientTests : IClassFixture<NpmClientTests.Runs>
{
    private readonly Runs _runs;

    public NpmClientTests(Runs runs)
    {
        _runs = runs;
    }

    /// <summary>Every check of every script.</summary>
    public static TheoryData<string, string> Checks =>
        new(
            from file in Directory.GetFiles(Scripts, "*.mjs").Order(StringComparer.Ordinal)
            where Path.GetFileName(file) != "harness.mjs"
            from Match check in CheckCall().Matches(File.ReadAllText(file))
            select (Path.GetFileNameWithoutExtension(file), check.Groups[1].Value)
        );

    private static string Scripts => Path.Combine(AppContext.BaseDirectory, "npm");

    [Theory]
    [MemberData(nameof(Checks))]
    public async Task Client_EveryCheck_Passes(string script, string check)
    {
        var run = await _runs.OfAsync(script);
        Assert.True(run.Reports.ContainsKey(check), $"{script}.mjs did not get as far as '{check}':\n{run.Errors}");
        Assert.True(run.Reports[check] is null, run.Reports[check]);
    }

    [GeneratedRegex(@"^await check\('([^']+)'", RegexOptions.Multiline)]
    private static partial Regex CheckCall();

    /// <summary>The scripts' runs, each made when it is first asked for.</summary>
    public sealed class Runs
    {
        /// <summary>The longest that a script may take.</summary>
        private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

        private readonly ConcurrentDictionary<string, Lazy<Task<Run>>> _runs = new(StringComparer.Ordinal);

        public Task<Run> OfAsync(string script) => _runs.GetOrAdd(script, name => new Lazy<Task<Run>>(() => RunAsync(name))).Value;

        private static async Task<Run> RunAsync(string script)
        {
            await using var control = await TestControl.StartAsync(configure: options =>
                options with
                {
                    RequestsPerPeriod = script == "errors" ? 10 : options.RequestsPerPeriod,
                    PublicAddresses = [IPNetwork.Parse("192.0.2.0/24")],
                }
            );
            var start = new ProcessStartInfo("node", [Path.Combine(Scripts, script + ".mjs")])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            start.Environment["HOLDFAST_TEST_API"] = new Uri(control.Host.Url, "client/v4").ToString();
            start.Environment["HOLDFAST_TEST_TOKEN"] = TestControl.Token;
            using var node = Process.Start(start)!;
            var output = node.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            var errors = node.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            deadline.CancelAfter(Longest);
            try
            {
                await node.WaitForExitAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                node.Kill();
            }

            var reports = (await output)
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonSerializer.Deserialize<Report>(line, JsonSerializerOptions.Web)!)
                .ToDictionary(report => report.Check, report => report.Ok ? null : report.Detail ?? "it failed");
            return new Run(reports, await errors);
        }
    }

    /// <summary>What a script reported.</summary>
    /// <param name="Reports">For each check null when it passed, otherwise why not.</param>
    /// <param name="Errors">What the script said on standard error.</param>
    public sealed record Run(IReadOnlyDictionary<string, string?> Reports, string Errors);

    private sealed record Report(string Check, bool Ok, string? Detail);
}
