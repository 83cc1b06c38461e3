using System.Runtime.CompilerServices;
using Holdfast.Artifacts.Bots;
using Holdfast.Edge.Guard.Faults;
using Holdfast.Edge.Releases.Tasting;

namespace Holdfast.Edge.Tests.Releases;

/// <summary>The test program as a taster: started with a data directory in its environment it tastes, and runs no test.</summary>
internal static class TasterOfTests
{
    private const string Variable = "TEST_TASTER_OF";
    private const string FeaturesVariable = "TEST_TASTER_OF_FEATURES";

    /// <summary>A taster that is this program, with faults that tests bring about.</summary>
    /// <param name="data">The edge's data directory.</param>
    /// <param name="uncheckedFeatures">Whether its checks of bot feature files are left out, and its loader has the defect.</param>
    public static TasterOptions Options(string data, bool uncheckedFeatures = false) =>
        new()
        {
            FileName = Environment.ProcessPath!,
            Arguments = [],
            Environment = System
                .Collections.Immutable.ImmutableDictionary<string, string>.Empty.Add(Variable, data)
                .Add(FeaturesVariable, uncheckedFeatures ? "unchecked" : ""),
            HeapBytes = 128 * 1024 * 1024,
            ResidentBytes = 300L * 1024 * 1024,
            TasteTime = TimeSpan.FromSeconds(2),

            // Eight people's builds on one machine are no hang.
            StartTime = TimeSpan.FromSeconds(60),
        };

    [ModuleInitializer]
    internal static void BeTaster()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { } data)
        {
            using var output = Console.OpenStandardOutput();
            using var input = Console.OpenStandardInput();
            Console.SetOut(Console.Error);
            var isUnchecked = Environment.GetEnvironmentVariable(FeaturesVariable) == "unchecked";
            var options = new TasterHostOptions
            {
                DataDirectory = data,
                FaultInjection = true,
                BotFeatures = isUnchecked ? BotFeatureLimits.LeftOut : BotFeatureLimits.Standard,
                DiesAt = isUnchecked ? [FaultPoint.FeatureLoaderDiesAbove200] : [],
            };
            TasterHost.RunAsync(options, input, output).GetAwaiter().GetResult();
            Environment.Exit(0);
        }
    }
}
