using System.Text.Json;
using Spectre.Console;

namespace Holdfast.Cli.Terminal;

/// <summary>How commands show what the API gave them: a table or a grid for people, JSON for scripts.</summary>
internal static class Listing
{
    /// <summary>Writes a list.</summary>
    /// <param name="context">Where to.</param>
    /// <param name="json">Whether a script reads it.</param>
    /// <param name="items">The items, as the API gave them.</param>
    /// <param name="whenEmpty">The line that stands there when there are none; it says what to do next.</param>
    /// <param name="columns">Headings, and what stands below them.</param>
    public static async Task WriteAsync(
        CliContext context,
        bool json,
        IAsyncEnumerable<JsonElement> items,
        string whenEmpty,
        params (string Heading, Func<JsonElement, string> Cell)[] columns
    )
    {
        if (json)
        {
            await JsonArray.WriteAsync(context.Out, items);
            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns([.. columns.Select(column => column.Heading)]);
        await foreach (var item in items)
        {
            table.AddRow(columns.Select(column => new Text(column.Cell(item))));
        }

        if (table.Rows.Count == 0)
        {
            context.Out.WriteLine(whenEmpty);
            return;
        }

        context.CreateConsole().Write(table);
    }

    /// <summary>Writes one thing: its members, a line each.</summary>
    /// <param name="context">Where to.</param>
    /// <param name="json">Whether a script reads it.</param>
    /// <param name="item">The thing, as the API gave it.</param>
    /// <param name="shown">Which values people are shown; null for all that are not null.</param>
    public static void WriteOne(CliContext context, bool json, JsonElement item, Func<JsonElement, bool>? shown = null)
    {
        if (json)
        {
            context.WriteJson(item.GetRawText());
            return;
        }

        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach (var member in item.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null))
        {
            if (shown is null || shown(member.Value))
            {
                grid.AddRow(new Text(Printable.From(member.Name)), new Text(Printable.From(TextOf(member.Value))));
            }
        }

        context.CreateConsole().Write(grid);
    }

    /// <summary>A value as JSON writes it, a string without its quotes.</summary>
    public static string TextOf(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
}
