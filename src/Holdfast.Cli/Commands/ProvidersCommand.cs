using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Holdfast.Cli.Settings;
using Holdfast.Cli.Supervision;
using Holdfast.Cli.Terminal;
using Spectre.Console;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast providers</c></summary>
internal static class ProvidersCommand
{
    /// <summary>The status page's token, instead of <c>DATA/status-token</c>.</summary>
    private const string TokenVariable = "HOLDFAST_STATUS_TOKEN";

    private const int ZonesShown = 5;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static Command Create(CliContext context)
    {
        var data = CommonOptions.Data();
        var json = CommonOptions.Json();
        var page = new Option<string?>("--status-page")
        {
            HelpName = "URL",
            Description =
                $"The status page, which knows it [default: the one that runs on the data directory]; its token is {TokenVariable}.",
        };
        var command = new Command("providers", "What stops if a provider stops: sites and requests, by where their servers stand.")
        {
            data,
            page,
            json,
        };
        command.SetAction(
            async (result, cancellationToken) =>
            {
                var directory = DataDirectory.At(
                    DataDirectory.Resolve(result.GetValue(data), context.Environment, context.CurrentDirectory)
                );
                var given = result.GetValue(page);
                var token = TokenOf(context, given is null ? directory : null);
                var map = await AskAsync(PageOf(given, directory), token, cancellationToken);
                if (result.GetValue(json))
                {
                    context.WriteJson(map.GetRawText());
                    return;
                }

                Show(map, context);
            }
        );
        return command;
    }

    private static void Show(JsonElement map, CliContext context)
    {
        var providers = map.GetProperty("providers");
        if (providers.GetArrayLength() == 0)
        {
            context.Out.WriteLine("no edge has told of a request to an origin yet");
            return;
        }

        var table = new Table()
            .Border(TableBorder.Simple)
            .AddColumns("if it stops", "of requests", "sites", "the most visited", "known by", "says of itself");
        foreach (var provider in providers.EnumerateArray())
        {
            var zones = provider.GetProperty("zones");
            table.AddRow(
                new Text(Printable.From(provider.GetProperty("name").GetString()!)),
                new Text(provider.GetProperty("share").GetDouble().ToString("0.#%", CultureInfo.InvariantCulture)),
                new Text(zones.GetArrayLength().ToString(CultureInfo.InvariantCulture)),
                new Text(
                    Printable.From(
                        string.Join(", ", zones.EnumerateArray().Take(ZonesShown).Select(zone => zone.GetProperty("name").GetString()))
                    )
                ),
                new Text(
                    Printable.From(string.Join(", ", provider.GetProperty("known_by").EnumerateArray().Select(how => how.GetString())))
                ),
                new Text(Printable.From(SaysOf(provider)))
            );
        }

        context.CreateConsole().Write(table);
        context.Out.WriteLine($"Failover: {map.GetProperty("failover_note").GetString()}");
    }

    /// <summary>What the provider's own status page says, where one is watched.</summary>
    private static string SaysOf(JsonElement provider) =>
        string.Join(
            "; ",
            provider
                .GetProperty("outside")
                .EnumerateArray()
                .Select(service =>
                    service.GetProperty("state").GetString() switch
                    {
                        "trouble" => service.GetProperty("said").GetString(),
                        "well" => "no trouble",
                        _ => "not known",
                    }
                )
        );

    private static Uri PageOf(string? given, DataDirectory directory)
    {
        if (given is not null)
        {
            return Uri.TryCreate(given, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
                ? url
                : throw new CliFailure($"--status-page: '{given}' is no http or https address");
        }

        return RunState.TryRead(directory, out var state) && state.Status is { } running
            ? new Uri(running)
            : throw new CliFailure(
                $"no status page runs on {directory.Root}",
                "name one with --status-page URL",
                exitCode: CliFailure.Failed
            );
    }

    // The token in the data directory is for the page that runs on it, and for no other host.
    private static string TokenOf(CliContext context, DataDirectory? directory)
    {
        try
        {
            return UpOptionsReader.ReadStatusToken(context.Environment)
                ?? (
                    directory is not null
                        ? File.ReadAllText(directory.StatusTokenFile).Trim()
                        : throw new CliFailure("no token of that status page", $"set {TokenVariable}", CliFailure.NotAllowed)
                );
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CliFailure($"no token of the status page: {fault.Message}", $"set {TokenVariable}", CliFailure.NotAllowed);
        }
    }

    private static async Task<JsonElement> AskAsync(Uri page, string token, CancellationToken cancellationToken)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = Patience };
        try
        {
            // Which page it is, anybody may ask.
            var status = await GetAsync(client, new Uri(page, "/api/v2/status.json"), cancellationToken);
            var id = status.GetProperty("page").GetProperty("id").GetString();
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
            return await GetAsync(client, new Uri(page, $"/v1/pages/{id}/providers"), cancellationToken);
        }
        catch (Exception fault)
            when (fault is HttpRequestException or JsonException or KeyNotFoundException or InvalidOperationException
                || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            )
        {
            throw new CliFailure($"the status page at {page} does not say: {fault.Message}", exitCode: CliFailure.Unreachable);
        }
    }

    private static async Task<JsonElement> GetAsync(HttpClient client, Uri url, CancellationToken cancellationToken)
    {
        using var answer = await client.GetAsync(url, cancellationToken);
        if (answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            throw new CliFailure(
                $"the status page at {url.GetLeftPart(UriPartial.Authority)} does not take the token",
                exitCode: CliFailure.NotAllowed
            );
        }

        if (!answer.IsSuccessStatusCode)
        {
            throw new HttpRequestException($"{url.AbsolutePath} is answered with {(int)answer.StatusCode}");
        }

        using var document = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
        return document.RootElement.Clone();
    }
}
