namespace Holdfast.Cli.Commands.Records;

/// <summary>Names of records as people write them.</summary>
internal static class RecordName
{
    /// <summary>The whole name: <c>@</c> is the zone's own, <c>www</c> stands below it, a name with the zone's at its end is whole already.</summary>
    public static string Full(string name, string zone)
    {
        var text = name.TrimEnd('.').ToLowerInvariant();
        return text is "@" or "" ? zone
            : text == zone || text.EndsWith("." + zone, StringComparison.Ordinal) ? text
            : $"{text}.{zone}";
    }
}
