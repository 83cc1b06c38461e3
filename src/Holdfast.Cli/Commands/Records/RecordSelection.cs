using System.CommandLine;
using System.Text.Json;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Records;

/// <summary>Names one record of a zone: by its id, or by its name and, where that is not enough, its type.</summary>
internal sealed class RecordSelection
{
    private readonly Argument<string> record = new("RECORD") { Description = "The record's id, or its name." };
    private readonly Option<string?> type = new("--type")
    {
        HelpName = "TYPE",
        Description = "The record's type, when the name has several.",
    };

    /// <summary>Argument and option.</summary>
    public IReadOnlyList<Symbol> Symbols => [record, type];

    /// <summary>The one record that is meant.</summary>
    /// <exception cref="CliFailure">There is none, or more than one: nothing is done to several by accident.</exception>
    public async Task<JsonElement> FindAsync(ZoneCall call, CancellationToken cancellationToken)
    {
        var text = call.Result.GetRequiredValue(record);
        if (text.Length == 32 && text.All(char.IsAsciiHexDigitLower))
        {
            var envelope = await call.Control.CallAsync(HttpMethod.Get, $"{call.Path}/dns_records/{text}", null, cancellationToken);
            return envelope.GetProperty("result");
        }

        var name = RecordName.Full(text, call.Zone);
        var wanted = call.Result.GetValue(type)?.ToUpperInvariant();
        var found = new List<JsonElement>();
        await foreach (var item in call.Control.ListAsync($"{call.Path}/dns_records?name={Uri.EscapeDataString(name)}", cancellationToken))
        {
            // A control that searches more generously than by the exact name must not make a command touch another record.
            if (ZoneApi.Text(item, "name") == name && (wanted is null || ZoneApi.Text(item, "type") == wanted))
            {
                found.Add(item);
            }
        }

        return found.Count switch
        {
            1 => found[0],
            0 => throw new CliFailure(
                $"zone {call.Zone} has no record {name}{(wanted is null ? "" : " " + wanted)}",
                "'record list' shows those there are",
                CliFailure.NotFound
            ),
            _ => throw new CliFailure(
                $"{found.Count} records are called {name}: {string.Join(", ", found.Select(item => $"{ZoneApi.Text(item, "type")} {ZoneApi.Text(item, "id")}"))}",
                "give the id, or --type"
            ),
        };
    }
}
