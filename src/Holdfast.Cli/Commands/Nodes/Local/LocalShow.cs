using System.Globalization;
using System.Text.Json;
using Holdfast.Cli.BreakGlass;
using Holdfast.Cli.Terminal;
using Holdfast.Edge.BreakGlass;
using Spectre.Console;

namespace Holdfast.Cli.Commands.Nodes.Local;

/// <summary>What <c>holdfast node show</c> prints of an edge on this machine: what is wrong and what was ordered first, then how things stand.</summary>
internal static class LocalShow
{
    /// <summary>Most releases in the table for people; <c>--json</c> has all that the edge lists.</summary>
    private const int MostReleases = 40;

    /// <summary>Shows it.</summary>
    public static async Task WriteAsync(CliContext context, LocalEdge edge, bool json, CancellationToken cancellationToken)
    {
        if (await edge.ShowAsync(cancellationToken) is not { } shown)
        {
            WriteSilent(context, edge, json);
            return;
        }

        if (json)
        {
            context.WriteJson(shown.GetRawText());
            return;
        }

        foreach (var line in Lines(shown, context.Time.GetUtcNow()))
        {
            context.Out.WriteLine(Printable.From(line));
        }

        WriteReleases(context, shown.GetProperty("releases"));
    }

    private static void WriteSilent(CliContext context, LocalEdge edge, bool json)
    {
        var state = edge.Ordered(out var waiting);
        if (json)
        {
            context.WriteJson(
                JsonText.Object(writer =>
                {
                    writer.WriteString("node", edge.Name);
                    writer.WriteBoolean("answers", false);
                    writer.WritePropertyName("ordered");
                    JsonSerializer.Serialize(writer, state, NodeJsonContext.Default.LocalState);
                    writer.WriteStartArray("waiting");
                    foreach (var command in waiting)
                    {
                        JsonSerializer.Serialize(writer, command, NodeJsonContext.Default.NodeCommand);
                    }

                    writer.WriteEndArray();
                })
            );
            return;
        }

        context.Out.WriteLine($"{edge.Name}  DOES NOT ANSWER; orders are kept for its next start");
        foreach (
            var line in state
                .Pins.Select(pin => $"  pinned    {pin.Kind} {pin.Label} at {pin.Generation} by {pin.Order.By}")
                .Concat(state.Everything is { } all ? [$"  pinned    everything by {all.By}"] : [])
                .Concat(state.Bypasses.Select(bypass => $"  bypassed  {bypass.Label} by {bypass.Order.By}"))
                .Concat(
                    state.Kills.Select(kill => $"  killed    {kill.Subject} {kill.Target} in {kill.Label} ({kill.Id}) by {kill.Order.By}")
                )
                .Concat(state.Draining is { } draining ? [$"  draining  by {draining.By}"] : [])
                .Concat(
                    waiting.Select(command => $"  waits     {command.Verb.ToString().ToLowerInvariant()} {command.Target ?? "everything"}")
                )
        )
        {
            context.Out.WriteLine(Printable.From(line));
        }
    }

    private static IEnumerable<string> Lines(JsonElement shown, DateTimeOffset now)
    {
        var feed = shown.GetProperty("feed");
        yield return $"{Text(shown, "node")}  version {Text(shown, "version")}, process {Text(shown, "process")}, {Text(shown, "zones")} zones";
        if (!shown.GetProperty("ready").GetBoolean())
        {
            yield return "  NOT READY it does not know its zones yet";
        }

        yield return feed.GetProperty("connected").GetBoolean()
            ? $"  control   connected, last word {Ago(feed.GetProperty("last_message_on"), now)}"
            : $"  control   NOT CONNECTED{(Text(feed, "last_error") is { Length: > 0 } error ? $": {error}" : "")}; sites are served as before";
        foreach (var line in Ordered(shown, feed, now))
        {
            yield return line;
        }

        foreach (var kill in shown.GetProperty("kill_switches").EnumerateArray())
        {
            var where =
                Text(kill, "zone") == "*" ? "every zone"
                : Text(kill, "label") is { Length: > 0 } label ? label
                : Text(kill, "zone");
            var whose = kill.GetProperty("local").GetBoolean() ? $"here by {Text(kill, "by")}" : "by control";
            yield return $"  killed    {Text(kill, "subject")} {Text(kill, "target")} in {where}, {whose}: {Text(kill, "reason")} ({Text(kill, "id")})";
        }

        foreach (var module in shown.GetProperty("guard").GetProperty("modules").EnumerateArray())
        {
            yield return $"  faults    {Text(module, "module")} in zone {Text(module, "zone")}: {Text(module, "faults")}, breaker {Text(module, "breaker")}, last {Text(module, "last")}";
        }

        foreach (var refusal in shown.GetProperty("refusals").EnumerateArray().Take(5))
        {
            yield return $"  refused   {Text(refusal, "kind")} {Text(refusal, "name")} generation {Text(refusal, "generation")} {Ago(refusal.GetProperty("at"), now)}: {Text(refusal, "reason")}";
        }

        var taster = shown.GetProperty("taster");
        yield return Text(taster, "problem") is { Length: > 0 } problem ? $"  taster    NONE: {problem}; new releases wait"
        : Text(taster, "process") is { Length: > 0 } process ? $"  taster    process {process}"
        : "  taster    being started";
        yield return $"  disk      {Disk(shown.GetProperty("disk"))}";
    }

    private static IEnumerable<string> Ordered(JsonElement shown, JsonElement feed, DateTimeOffset now)
    {
        if (shown.GetProperty("draining") is { ValueKind: JsonValueKind.Object } draining)
        {
            yield return $"  DRAINING  {Who(draining, now)}";
        }

        foreach (var bypass in shown.GetProperty("bypasses").EnumerateArray())
        {
            var zone = Text(bypass, "zone") == "*" ? "EVERY ZONE" : Text(bypass, "label");
            yield return $"  BYPASSED  {zone}: no rules, no cache, {Who(bypass, now)}";
        }

        if (shown.GetProperty("pinned_everything") is { ValueKind: JsonValueKind.Object } everything)
        {
            yield return $"  PINNED    EVERYTHING {Who(everything, now)}";
        }

        foreach (var pin in shown.GetProperty("pins").EnumerateArray())
        {
            yield return $"  PINNED    {Text(pin, "kind")} {Text(pin, "label")} at generation {Text(pin, "generation")} {Who(pin, now)}";
        }

        if (feed.GetProperty("held").GetInt32() is > 0 and var held)
        {
            yield return $"  waiting   {held} releases of control, behind pins";
        }
    }

    private static string Disk(JsonElement disk)
    {
        var problems = new List<string>();
        if (Text(disk, "orders") is { Length: > 0 } orders)
        {
            problems.Add($"ORDERS ARE NOT KEPT: {orders}");
        }

        if (disk.GetProperty("releases_unsaved").GetInt32() is > 0 and var unsaved)
        {
            problems.Add($"{unsaved} RELEASES ARE IN MEMORY ONLY");
        }

        if (Text(disk, "uplink") is { Length: > 0 } uplink)
        {
            problems.Add($"records for control are not kept: {uplink}");
        }

        problems.Add($"cache {Text(disk, "cache")}");
        problems.Add($"{Text(disk, "uplink_waiting")} records wait for control");
        return string.Join("; ", problems);
    }

    private static void WriteReleases(CliContext context, JsonElement releases)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("kind", "name", "in force", "on disk", "");
        foreach (var release in releases.EnumerateArray().Take(MostReleases))
        {
            var disk = string.Join(
                ' ',
                release.GetProperty("on_disk").EnumerateArray().Select(generation => Text(generation, "generation"))
            );
            var notes = new List<string>();
            if (release.GetProperty("pinned").ValueKind == JsonValueKind.Number)
            {
                notes.Add("pinned");
            }

            if (release.GetProperty("bypassed").GetBoolean())
            {
                notes.Add("bypassed");
            }

            if (release.GetProperty("damaged").GetInt32() is > 0 and var damaged)
            {
                notes.Add($"{damaged} DAMAGED");
            }

            var generation = Text(release, "generation");
            table.AddRow(
                new Text(Text(release, "kind")),
                new Text(Printable.From(Text(release, "label"))),
                new Text(generation == "0" ? "NONE" : generation),
                new Text(disk),
                new Text(string.Join(", ", notes))
            );
        }

        if (table.Rows.Count > 0)
        {
            context.CreateConsole().Write(table);
        }

        if (releases.GetArrayLength() > MostReleases)
        {
            context.Out.WriteLine($"  {releases.GetArrayLength() - MostReleases} more with --json");
        }
    }

    private static string Who(JsonElement order, DateTimeOffset now) =>
        $"by {Text(order, "by")}, {Ago(order.GetProperty("at"), now)}{(Text(order, "reason") is { Length: > 0 } reason ? $": {reason}" : "")}";

    private static string Ago(JsonElement at, DateTimeOffset now)
    {
        if (at.ValueKind != JsonValueKind.String || !at.TryGetDateTimeOffset(out var then))
        {
            return "never";
        }

        var passed = now - then;
        return passed < TimeSpan.FromMinutes(2)
                ? string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, (int)passed.TotalSeconds)} s ago")
            : passed < TimeSpan.FromHours(2) ? string.Create(CultureInfo.InvariantCulture, $"{(int)passed.TotalMinutes} min ago")
            : string.Create(CultureInfo.InvariantCulture, $"{then.UtcDateTime:yyyy-MM-dd HH:mm}Z");
    }

    private static string Text(JsonElement item, string member) =>
        item.TryGetProperty(member, out var value) && value.ValueKind != JsonValueKind.Null ? Listing.TextOf(value) : "";
}
