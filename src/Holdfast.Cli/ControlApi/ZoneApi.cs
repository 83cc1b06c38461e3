using System.Text.Json;
using Holdfast.Cli.Terminal;
using Holdfast.Model.Zones;

namespace Holdfast.Cli.ControlApi;

/// <summary>What the commands ask of the API about zones.</summary>
internal static class ZoneApi
{
    /// <summary>Reads a zone's name as the user wrote it.</summary>
    /// <exception cref="CliFailure">It is not one.</exception>
    public static string ReadName(string text) =>
        ZoneName.TryNormalize(text, out var name, out var error) ? name : throw new CliFailure(Printable.From(error));

    /// <summary>The zone of that name, or null.</summary>
    public static async Task<JsonElement?> FindAsync(ControlClient control, string name, CancellationToken cancellationToken)
    {
        var envelope = await control.CallAsync(
            HttpMethod.Get,
            $"/client/v4/zones?name={Uri.EscapeDataString(name)}",
            null,
            cancellationToken
        );

        // A control that searches more generously than by the exact name must not make a command touch another zone.
        foreach (var zone in envelope.GetProperty("result").EnumerateArray())
        {
            if (zone.GetProperty("name").GetString() == name)
            {
                return zone;
            }
        }

        return null;
    }

    /// <summary>The zone of that name.</summary>
    /// <exception cref="CliFailure">There is none.</exception>
    public static async Task<JsonElement> GetAsync(ControlClient control, string name, CancellationToken cancellationToken) =>
        await FindAsync(control, name, cancellationToken)
        ?? throw new CliFailure($"there is no zone {name}", "'zone list' shows those there are", CliFailure.NotFound);

    /// <summary>Makes the zone or gives it another origin.</summary>
    /// <returns>The zone.</returns>
    public static async Task<JsonElement> PutAsync(
        ControlClient control,
        string name,
        OriginUrl origin,
        CancellationToken cancellationToken
    )
    {
        var envelope = await control.CallAsync(
            HttpMethod.Put,
            $"/holdfast/v1/zones/by-name/{Uri.EscapeDataString(name)}",
            body => body.WriteString("origin", origin.ToString()),
            cancellationToken
        );
        return envelope.GetProperty("result");
    }

    /// <summary>A member as text; empty when it is not there.</summary>
    public static string Text(JsonElement item, string member) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(member, out var value) && value.ValueKind != JsonValueKind.Null
            ? Printable.From(value.ToString())
            : "";
}
