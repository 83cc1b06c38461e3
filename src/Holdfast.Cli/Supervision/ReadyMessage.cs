using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Cli.Supervision;

/// <summary>The one line that a role writes to its standard output when it serves: a child to <c>up</c>, one that runs alone with <c>--json</c> to whoever started it.</summary>
/// <param name="Ready">Always true.</param>
/// <param name="Role"><c>control</c>, <c>edge</c> or <c>status</c>.</param>
/// <param name="Name">The node's name: <c>control</c>, <c>edge-1</c>.</param>
/// <param name="AdminToken">Control's or the status page's first token, at the start that made it; otherwise null.</param>
/// <param name="Visitors">An edge's listeners for visitors, as URLs with their true ports; null for control.</param>
/// <param name="Management">An edge's management listener, a URL; null for control.</param>
/// <param name="Nodes">Where control listens for nodes on other machines, a URL; null for an edge, and when it does not.</param>
/// <param name="Page">Where the status page answers, a URL; null for the other roles.</param>
internal sealed record ReadyMessage(
    bool Ready,
    string Role,
    string Name,
    string? AdminToken = null,
    IReadOnlyList<string>? Visitors = null,
    string? Management = null,
    string? Nodes = null,
    string? Page = null
)
{
    /// <summary>The line that an edge writes when it has handed over: its successor may have everything on the disk.</summary>
    public const string HandedOver = "{\"handedOver\":true}";

    /// <summary>The line.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ReadyMessageJson.Default.ReadyMessage);

    /// <summary>Reads a line; null when it is something else, such as a stray print.</summary>
    public static ReadyMessage? TryParse(string line)
    {
        if (!line.StartsWith('{'))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(line, ReadyMessageJson.Default.ReadyMessage) is { Ready: true } message ? message : null;
        }
        catch (JsonException)
        {
            // Not the line that is waited for; whoever waits has a deadline.
            return null;
        }
    }

    /// <summary>The role and the name; not the token.</summary>
    public override string ToString() => $"{Role} {Name} is ready";
}

/// <summary>Source-generated, so that a start does not pay for reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(ReadyMessage))]
internal sealed partial class ReadyMessageJson : JsonSerializerContext;
