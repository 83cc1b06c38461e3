using System.Collections.Frozen;
using System.Text.Json;

namespace Holdfast.Status.Storage;

/// <summary>The names of states as Statuspage's format writes them, both ways.</summary>
/// <typeparam name="T">An enumeration of states.</typeparam>
internal static class StatusWords<T>
    where T : struct, Enum
{
    private static readonly FrozenDictionary<T, string> Names = Enum.GetValues<T>()
        .ToFrozenDictionary(value => value, value => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()));

    private static readonly FrozenDictionary<string, T> Values = Names.ToFrozenDictionary(entry => entry.Value, entry => entry.Key);

    /// <summary>Every name, in the enumeration's order.</summary>
    public static IEnumerable<string> All => Enum.GetValues<T>().Select(value => Names[value]);

    /// <summary>The name: <c>major_outage</c>.</summary>
    public static string Of(T value) => Names[value];

    /// <summary>Reads a name; letter case counts.</summary>
    public static bool TryRead(string text, out T value) => Values.TryGetValue(text, out value);
}
