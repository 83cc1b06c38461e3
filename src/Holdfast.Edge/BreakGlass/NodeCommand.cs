using System.Text;
using System.Text.Json;

namespace Holdfast.Edge.BreakGlass;

/// <summary>An order to one edge, given on its own machine. It is done once, however often it arrives.</summary>
internal sealed record NodeCommand
{
    /// <summary>Longest text in a command, in characters.</summary>
    public const int MostCharacters = 500;

    /// <summary>Largest command in bytes of JSON.</summary>
    public const int MostBytes = 8 * 1024;

    /// <summary>Its own id: 32 lower-case hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>What to do.</summary>
    public required NodeVerb Verb { get; init; }

    /// <summary>The zone, list or certificate that it is about: a name or an id. Of <see cref="NodeVerb.Unkill"/> the kill switch's id.</summary>
    public string? Target { get; init; }

    /// <summary>Whether it is about everything, or every zone; what is left out never means all.</summary>
    public bool Everything { get; init; }

    /// <summary>The generation to go back to; null for the one before.</summary>
    public long? Generation { get; init; }

    /// <summary>Of <see cref="NodeVerb.Kill"/>: what kind of thing, as in <c>kill add</c>.</summary>
    public string? Subject { get; init; }

    /// <summary>Of <see cref="NodeVerb.Kill"/>: which thing.</summary>
    public string? Killed { get; init; }

    /// <summary>Why, in its author's words, or null.</summary>
    public string? Reason { get; init; }

    /// <summary>Who gave it: the local user's name.</summary>
    public required string By { get; init; }

    /// <summary>When it was given.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The command as JSON.</summary>
    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, NodeJsonContext.Default.NodeCommand);

    /// <summary>Reads a command. Never throws for what the bytes are.</summary>
    /// <returns>Null, or what is wrong with it.</returns>
    public static string? TryRead(ReadOnlySpan<byte> bytes, out NodeCommand? command)
    {
        command = null;
        if (bytes.Length > MostBytes)
        {
            return $"the command has {bytes.Length} bytes; at most {MostBytes} are allowed";
        }

        try
        {
            command = JsonSerializer.Deserialize(bytes, NodeJsonContext.Default.NodeCommand);
        }
        catch (JsonException e)
        {
            return $"the command is not one: {e.Message}";
        }

        var problem = command is null ? "the command is null" : command.Problem();
        command = problem is null ? command : null;
        return problem;
    }

    private string? Problem()
    {
        foreach (var (name, text) in new[] { ("target", Target), ("subject", Subject), ("killed", Killed), ("reason", Reason), ("by", By) })
        {
            if (text is { Length: 0 or > MostCharacters } || text?.Any(char.IsControl) == true)
            {
                return $"{name}: it has {text.Length} characters or control characters among them; allowed are 1 to {MostCharacters} others";
            }
        }

        return Id.Length != 32 || Encoding.UTF8.GetByteCount(Id) != 32 || !Id.All(char.IsAsciiHexDigitLower)
                ? "id: it is not 32 lower-case hexadecimal digits"
            : Generation is < 1 ? $"generation: {Generation} is below 1"
            : Verb is NodeVerb.Drain or NodeVerb.Undrain ? (Target is null && !Everything ? null : "it is about the whole edge")
            : Verb == NodeVerb.Kill ? (Subject is null || Killed is null ? "subject and killed have to be said" : Scope())
            : Scope();
    }

    // Everything has to be said: what is left out never means all.
    private string? Scope() =>
        Everything == (Target is not null) ? "say what it is about: a name, or everything"
        : Everything && Verb is NodeVerb.Revert or NodeVerb.Unkill && Everything ? "it is about one thing: say which"
        : null;
}
