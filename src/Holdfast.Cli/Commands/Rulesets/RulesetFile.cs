using System.Text.Json;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Rulesets;

/// <summary>A file with a phase's rules: an array of them, or what <c>ruleset show --json</c> writes.</summary>
internal static class RulesetFile
{
    /// <summary>Reads it.</summary>
    /// <exception cref="CliFailure">It cannot be read, or is no JSON.</exception>
    public static JsonDocument Read(string path)
    {
        try
        {
            return JsonDocument.Parse(File.ReadAllText(path));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new CliFailure($"{path} cannot be read: {Printable.From(fault.Message)}");
        }
    }

    /// <summary>Writes it as the members of a request's body.</summary>
    public static void Write(Utf8JsonWriter body, JsonElement wanted)
    {
        if (wanted.ValueKind != JsonValueKind.Object)
        {
            body.WritePropertyName("rules");
            wanted.WriteTo(body);
            return;
        }

        foreach (var member in wanted.EnumerateObject())
        {
            member.WriteTo(body);
        }
    }
}
