using System.Runtime.CompilerServices;
using Holdfast.Edge.Releases.Tasting;

namespace Holdfast.Edge.Tests.Releases;

/// <summary>The test program as a taster: started with a data directory in its environment it tastes, and runs no test.</summary>
internal static class TasterOfTests
{
    private const string Variable = "TEST_TASTER_OF";

    /// <summary>A taster that is this program, with faults that tests bring about.</summary>
    /// <param name="data">The edge's data directory.</param>
    public static TasterOptions Options(string data) =>
        new()
        {
            FileName = Environment.ProcessPath!,
            Arguments = [],
            Environment = System.Collections.Immutable.ImmutableDictionary<string, string>.Empty.Add(Variable, data),
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
            TasterHost.RunAsync(data, faultInjection: true, input, output).GetAwaiter().GetResult();
            Environment.Exit(0);
        }
    }
}
