using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast purge ZONE --url URL... | --prefix P... | --host H... | --tag T... | --everything</c></summary>
internal static class PurgeCommand
{
    /// <summary>Between two looks at which edges have it.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);

    public static Command Create(CliContext context)
    {
        Selector[] selectors =
        [
            new("files", "URL", "URLs", List("--url", "URL", "A URL, purged with all its variants.")),
            new("prefixes", "prefix", "prefixes", List("--prefix", "HOST/PATH", "How URLs begin, without scheme.")),
            new("hosts", "host", "hosts", List("--host", "HOST", "A host of the zone.")),
            new("tags", "tag", "tags", List("--tag", "TAG", "A tag that the origin sends in Cache-Tag.")),
        ];
        var everything = new Option<bool>("--everything") { Description = "Everything that is cached of the zone." };
        var wait = new Option<string>("--wait")
        {
            HelpName = "SECONDS",
            Description = "How long to wait for the edges to say that it is in effect [default: 5].",
        };
        return ZoneCommand.Create(
            context,
            "purge",
            "Purge what the edges have cached; each option may be given again.",
            [.. selectors.Select(selector => selector.Option), everything, wait],
            async (call, cancellationToken) =>
            {
                var given = selectors.Where(selector => call.Result.GetValue(selector.Option) is { Length: > 0 }).ToList();
                var all = call.Result.GetValue(everything);
                if (given.Count + (all ? 1 : 0) != 1)
                {
                    throw new CliFailure("say what to purge: one of --url, --prefix, --host, --tag or --everything");
                }

                var seconds = ReadWait(call.Result.GetValue(wait));
                var envelope = await call.Control.CallAsync(
                    HttpMethod.Post,
                    $"{call.Path}/purge_cache",
                    body => Write(body, all ? null : given[0], call.Result),
                    cancellationToken
                );
                var id = ZoneApi.Text(envelope.GetProperty("result"), "id");
                var purge = await WaitAsync(call, id, seconds, cancellationToken);
                if (call.Json)
                {
                    context.WriteJson(purge.GetRawText());
                }

                var what = all ? "everything" : given[0].Count(call.Result.GetValue(given[0].Option)!.Length);
                Tell(call, what, purge, seconds);
            }
        );
    }

    private static Option<string[]> List(string name, string help, string description) =>
        new(name) { HelpName = help, Description = description };

    private static double ReadWait(string? text) =>
        text is null ? 5
        : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds <= 3600 ? seconds
        : throw new CliFailure($"--wait: '{Printable.From(text)}' is not a number of seconds from 0 to 3600");

    private static void Write(Utf8JsonWriter body, Selector? selector, ParseResult result)
    {
        if (selector is null)
        {
            body.WriteBoolean("purge_everything", true);
            return;
        }

        body.WriteStartArray(selector.Member);
        foreach (var value in result.GetValue(selector.Option)!)
        {
            body.WriteStringValue(value);
        }

        body.WriteEndArray();
    }

    // Until every edge that reports has said so, or the time is up.
    private static async Task<JsonElement> WaitAsync(ZoneCall call, string id, double seconds, CancellationToken cancellationToken)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var path = $"/holdfast/v1/zones/{call.ZoneId}/purges/{id}";
            var purge = (await call.Control.CallAsync(HttpMethod.Get, path, null, cancellationToken)).GetProperty("result");
            var elapsed = TimeProvider.System.GetElapsedTime(begun).TotalSeconds;
            if (Edges(purge, "reporting", inEffect: false).Count == 0 || elapsed >= seconds)
            {
                return purge;
            }

            await Task.Delay(LookInterval, cancellationToken);
        }
    }

    private static void Tell(ZoneCall call, string what, JsonElement purge, double seconds)
    {
        var late = Edges(purge, "reporting", inEffect: false);
        if (late.Count > 0)
        {
            throw new CliFailure(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"purging {what} of {call.Zone} is ordered, and after {seconds} s {string.Join(", ", late)} has not said that it is in effect"
                ),
                "'node list' shows the edges",
                CliFailure.Failed
            );
        }

        if (call.Json)
        {
            return;
        }

        var on = Edges(purge, "reporting", inEffect: true);
        var effect = on.Count > 0 ? $"in effect on {string.Join(", ", on)}" : "no edge reports, each catches up when it is back";
        call.Context.Out.WriteLine($"zone {call.Zone}: {what} purged, {effect}");
        if (Edges(purge, "silent", inEffect: false) is { Count: > 0 } silent)
        {
            call.Context.Out.WriteLine($"silent: {string.Join(", ", silent)}; each catches up when it is back");
        }
    }

    private static List<string> Edges(JsonElement purge, string status, bool inEffect) =>
        [
            .. purge
                .GetProperty("edges")
                .EnumerateArray()
                .Where(edge => ZoneApi.Text(edge, "status") == status && edge.GetProperty("in_effect").GetBoolean() == inEffect)
                .Select(edge => Printable.From(ZoneApi.Text(edge, "name"))),
        ];

    /// <summary>One way to say what is purged.</summary>
    private sealed record Selector(string Member, string One, string Many, Option<string[]> Option)
    {
        public string Count(int count) => count == 1 ? $"1 {One}" : string.Create(CultureInfo.InvariantCulture, $"{count} {Many}");
    }
}
