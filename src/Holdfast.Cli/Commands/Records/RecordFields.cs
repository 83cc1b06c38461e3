using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Records;

/// <summary>The options that say what is in a record.</summary>
internal sealed class RecordFields
{
    private readonly Option<string?> ttl = new("--ttl") { HelpName = "SECONDS", Description = "60 to 86400, or auto [default: auto]." };
    private readonly Option<bool> proxied = new("--proxied") { Description = "Serve the name through the edge; for A, AAAA and CNAME." };
    private readonly Option<bool> unproxied = new("--no-proxied") { Description = "Only answer with it in DNS." };
    private readonly Option<string?> priority = new("--priority") { HelpName = "NUMBER", Description = "For MX and URI: 0 to 65535." };
    private readonly Option<string?> comment = new("--comment") { HelpName = "TEXT", Description = "A note; nobody else sees it." };
    private readonly Option<string[]> tags = new("--tag") { HelpName = "NAME:VALUE", Description = "A tag; may be given several times." };

    /// <summary>All of them.</summary>
    public IReadOnlyList<Symbol> Symbols => [ttl, proxied, unproxied, priority, comment, tags];

    /// <summary>Writes those that were given as members of a record.</summary>
    /// <exception cref="CliFailure">One is wrong.</exception>
    public void Write(ParseResult result, Utf8JsonWriter record)
    {
        if (result.GetValue(ttl) is { } ttlText)
        {
            record.WriteNumber("ttl", ttlText == "auto" ? 1 : Number("--ttl", ttlText));
        }

        if (result.GetValue(proxied) && result.GetValue(unproxied))
        {
            throw new CliFailure("--proxied and --no-proxied contradict each other", "give one of them");
        }

        if (result.GetValue(proxied) || result.GetValue(unproxied))
        {
            record.WriteBoolean("proxied", result.GetValue(proxied));
        }

        if (result.GetValue(priority) is { } priorityText)
        {
            record.WriteNumber("priority", Number("--priority", priorityText));
        }

        if (result.GetValue(comment) is { } commentText)
        {
            record.WriteString("comment", commentText);
        }

        if (result.GetValue(tags) is { Length: > 0 } tagTexts)
        {
            record.WriteStartArray("tags");
            foreach (var tag in tagTexts)
            {
                record.WriteStringValue(tag);
            }

            record.WriteEndArray();
        }
    }

    private static int Number(string place, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new CliFailure($"{place}: '{text}' is not a whole number");
}
