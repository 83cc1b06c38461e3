using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Holdfast.Status.Tests.Watching;

/// <summary>An edge's management listener on a free port, whose counters the test moves: two zones, a hundred requests a step each.</summary>
internal sealed class FakeEdge : IAsyncDisposable
{
    private readonly WebApplication application;
    private readonly (long Requests, long Edge, long Origin, long Slow)[] zones = new (long, long, long, long)[2];
    private long faults;

    private FakeEdge(WebApplication application) => this.application = application;

    /// <summary>Where it answers.</summary>
    public string Url => application.Urls.Single();

    /// <summary>The status that it answers with.</summary>
    public int Status { get; set; } = 200;

    /// <summary>What it answers instead of its document, or null.</summary>
    public string? Instead { get; set; }

    /// <summary>When its counters began.</summary>
    public string Started { get; set; } = "2025-11-18T00:00:00Z";

    /// <summary>Errors of its own among a hundred requests, for both zones.</summary>
    public int EdgeErrors { get; set; }

    /// <summary>Errors of its own among a hundred requests of private.example, beside those.</summary>
    public int OtherEdgeErrors { get; set; }

    /// <summary>What the origin's errors are.</summary>
    public string OriginCause { get; set; } = "origin_refused";

    /// <summary>Requests of example.com in a step; a hundred of the other.</summary>
    public int Busy { get; set; } = 100;

    /// <summary>Errors of the origin of example.com among a hundred requests.</summary>
    public int OriginErrors { get; set; }

    /// <summary>Requests of example.com among a hundred that its origin keeps waiting.</summary>
    public int OriginSlow { get; set; }

    /// <summary>Faults of the module waf among two hundred requests.</summary>
    public int Faults { get; set; }

    /// <summary>The releases that it tells of, as JSON.</summary>
    public string Releases { get; set; } = "";

    /// <summary>The origin of example.com: its name and address.</summary>
    public (string Host, string Address) Origin { get; set; } = ("origin.example.com", "192.0.2.10");

    /// <summary>Its clock.</summary>
    public DateTimeOffset Now { get; set; } = new(2025, 11, 18, 11, 28, 0, TimeSpan.Zero);

    /// <summary>What it answers, and pushes.</summary>
    public string Pushed => Document();

    public static async Task<FakeEdge> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1));
        var edge = new FakeEdge(builder.Build());
        edge.application.Run(context =>
        {
            context.Response.StatusCode = edge.Status;
            return context.Response.WriteAsync(edge.Instead ?? edge.Document());
        });
        await edge.application.StartAsync(TestContext.Current.CancellationToken);
        return edge;
    }

    /// <summary>A step's requests.</summary>
    public void Serve()
    {
        for (var i = 0; i < zones.Length; i++)
        {
            zones[i].Requests += i == 0 ? Busy : 100;
            zones[i].Edge += EdgeErrors + (i == 0 ? 0 : OtherEdgeErrors);
            zones[i].Origin += i == 0 ? OriginErrors : 0;
            zones[i].Slow += i == 0 ? OriginSlow : 0;
        }

        faults += Faults;
    }

    /// <summary>Its counters begin anew, as those of another process do.</summary>
    public void Restart()
    {
        Array.Clear(zones);
        Started = "2025-11-18T12:00:00Z";
    }

    public ValueTask DisposeAsync() => application.DisposeAsync();

    private string Document() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            {"node":"edge-1","place":"ZRH","at":"{{Now.UtcDateTime:O}}","started":"{{Started}}",{{Counts(
                zones.Sum(zone => zone.Requests),
                zones.Sum(zone => zone.Edge),
                zones.Sum(zone => zone.Origin),
                zones.Sum(zone => zone.Slow)
            )}},
             "errors":[{"error":"edge_fault","blame":"edge","count":{{zones.Sum(zone => zone.Edge)}}},
                       {"error":"{{OriginCause}}","blame":"origin","count":{{zones.Sum(zone => zone.Origin)}}}],
             "guard":{"faults":{{faults}},"modules":[{"module":"waf","zone":"z1","faults":{{faults}},"generation":7}]},
             "releases":[{{Releases}}],
             "zones":[{"id":"z1","name":"example.com","generation":7,{{Counts(zones[0])}},
                       "errors":[{"error":"edge_fault","blame":"edge","count":{{zones[0].Edge}}},{"error":"{{OriginCause}}","blame":"origin","count":{{zones[0].Origin}}}],
                       "origins":[{"host":"{{Origin.Host}}","address":"{{Origin.Address}}","requests":{{zones[0].Requests}}}]},
                      {"id":"z2","name":"private.example","more":1,{{Counts(zones[1])}},
                       "errors":[{"error":"zone_unreadable","blame":"edge","count":{{zones[1].Edge}}}],
                       "origins":[{"host":"web-1.us-east-1.elb.amazonaws.com","address":"192.0.2.20","requests":{{zones[1].Requests / 2}}},
                                  {"host":"10.0.0.7","address":"10.0.0.7","requests":{{zones[1].Requests / 2}}}]}]}
            """
        );

    private static string Counts((long Requests, long Edge, long Origin, long Slow) zone) =>
        Counts(zone.Requests, zone.Edge, zone.Origin, zone.Slow);

    private static string Counts(long requests, long edge, long origin, long slow) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"\"requests\":{requests},\"edge_errors\":{edge},\"origin_errors\":{origin},\"edge_slow\":0,\"origin_slow\":{slow}"
        );
}
