using System.Text.Json.Nodes;
using Holdfast.Drills.Fleets;
using Holdfast.Drills.Grading;

namespace Holdfast.Drills.Replays;

/// <summary>The files with an edge's releases are damaged: some bytes, the newest release, everything.</summary>
internal sealed class StoreCorrupt : Drill
{
    /// <summary>How much of the newest file's end is destroyed: the releases that came last.</summary>
    private const int TailBytes = 600;

    /// <summary>A zone of which there are two releases.</summary>
    private const string Twice = "twice.example.com";

    /// <inheritdoc/>
    public override string Name => "store-corrupt";

    /// <inheritdoc/>
    public override string Summary =>
        "an edge's stored releases are damaged; the one before boots, and what is beyond repair is fetched again";

    private protected override VisitorsLaw Visitors => new(14);

    internal override async Task BringAsync(DrillRun run, CancellationToken cancellationToken)
    {
        var fleet = run.Fleet;
        foreach (var edge in new[] { 0, 1 })
        {
            run.Visitors.Avoid(fleet.Edges[edge].Name);
        }

        // Two generations of a zone, so that there is one to go back to.
        await run.PublishAsync(Twice, [0, 1], cancellationToken);
        var zone = await fleet.Api.DoAsync(HttpMethod.Get, $"/client/v4/zones?name={Twice}", null, cancellationToken);
        await fleet.Api.DoAsync(
            HttpMethod.Patch,
            $"/client/v4/zones/{zone[0].GetProperty("id").GetString()}/settings/server_timing",
            new JsonObject { ["value"] = "on" },
            cancellationToken
        );
        foreach (var edge in new[] { 0, 1 })
        {
            await DrillRun.UntilAsync(
                async () => (await fleet.AskAsync(edge, Twice, "/once", cancellationToken)).HasServerTiming,
                $"{fleet.Edges[edge].Name} has the second release of {Twice}",
                30,
                cancellationToken
            );
        }

        run.Say("edge-1 loses its power; all of its stored releases are overwritten with noise");
        await fleet.Edges[0].KillAsync();
        foreach (var file in Stored(fleet.Edges[0]))
        {
            await File.WriteAllBytesAsync(file, Noise(new FileInfo(file).Length), cancellationToken);
        }

        var began = run.Timeline.Now;
        await fleet.Edges[0].StartAsync(cancellationToken);
        await fleet.ServesAllAsync(0, cancellationToken);
        run.RevertSeconds = run.Timeline.Now - began;
        run.Grade(
            14,
            true,
            FormattableString.Invariant($"edge-1 has every zone again {run.RevertSeconds:0.0} s after its start, from control")
        );

        run.Say("control is killed; edge-2 loses its power, and the end of its newest file is destroyed");
        await fleet.Control.KillAsync();
        await fleet.Edges[1].KillAsync();
        var newest = Stored(fleet.Edges[1])
            .Where(static file => file.EndsWith(".segment", StringComparison.Ordinal))
            .Max(StringComparer.Ordinal)!;
        var bytes = await File.ReadAllBytesAsync(newest, cancellationToken);
        var tail = Math.Min(TailBytes, bytes.Length);
        Noise(tail).CopyTo(bytes, bytes.Length - tail);
        await File.WriteAllBytesAsync(newest, bytes, cancellationToken);
        await fleet.Edges[1].StartAsync(cancellationToken);
        await fleet.ServesAllAsync(1, cancellationToken);
        await DrillRun.UntilAsync(
            async () => await fleet.AskAsync(1, Twice, "/once", cancellationToken) is { Right: true, HasServerTiming: false },
            $"edge-2 serves {Twice} by the release before the damaged one",
            10,
            cancellationToken
        );
        run.Grade(14, true, "edge-2 serves every zone without control, one of them by the release before the damaged one");
    }

    private static string[] Stored(FleetNode edge)
    {
        var files = Directory.GetFiles(Path.Combine(edge.Data, "edges", edge.Name, "releases"));
        return files.Length > 0 ? files : throw new DrillFailure($"{edge.Name} has stored no releases");
    }

    private static byte[] Noise(long length)
    {
        var noise = new byte[length];
        new Random(1).NextBytes(noise);
        return noise;
    }
}
