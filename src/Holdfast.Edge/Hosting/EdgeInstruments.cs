using Holdfast.Edge.Geo;
using Holdfast.Edge.Reporting;
using Holdfast.Http.Messages;
using Microsoft.Extensions.Logging;

namespace Holdfast.Edge.Hosting;

/// <summary>What an edge counts, logs and looks up about its requests.</summary>
internal sealed class EdgeInstruments : IAsyncDisposable
{
    private readonly EdgeTelemetry _telemetry;

    /// <summary>The instruments of an edge.</summary>
    public EdgeInstruments(EdgeOptions options, EdgeHome home)
    {
        _telemetry = EdgeTelemetry.Start(
            Environment.GetEnvironmentVariable(EdgeTelemetry.EndpointVariable),
            options.Name,
            options.Loggers.CreateLogger<EdgeTelemetry>()
        );
        Countries = CountryDatabase.Open(
            options.CountryDatabase ?? CountryDatabase.DefaultPath,
            options.Loggers.CreateLogger<CountryDatabase>()
        );
        Log = new AccessLog(
            new AccessLogOptions { Directory = Path.Combine(home.Data, "logs"), Node = options.Name },
            Counters,
            options.Time,
            options.Loggers.CreateLogger<AccessLog>()
        );
    }

    /// <summary>What the edge counts.</summary>
    public EdgeCounters Counters { get; } = new(Enum.GetNames<MessageFault>()[1..]);

    /// <summary>Where addresses are.</summary>
    public CountryDatabase Countries { get; }

    /// <summary>The access log.</summary>
    public AccessLog Log { get; }

    /// <summary>Writes the log's rest.</summary>
    public async ValueTask DisposeAsync()
    {
        await Log.DisposeAsync().ConfigureAwait(false);
        _telemetry.Dispose();
        Countries.Dispose();
    }
}
