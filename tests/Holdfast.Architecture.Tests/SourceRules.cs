using System.Text.RegularExpressions;

namespace Holdfast.Architecture.Tests;

/// <summary>Rules within a project, which no project reference can hold: checked on the sources.</summary>
internal static partial class SourceRules
{
    /// <summary>In the edge, no phase's folder refers to another's; what they share is <c>EdgeRequest</c>.</summary>
    public static IEnumerable<string> PhasesThatKnowEachOther(IEnumerable<SourceFile> edge)
    {
        var files = edge.Where(file => PhaseOf(file.Path) is not null).ToList();
        var phases = files.Select(file => PhaseOf(file.Path)!).ToHashSet();
        return from file in files
            from Match match in PhaseNamespace().Matches(WithoutComments(file.Text))
            let other = match.Groups[1].Value
            where other != PhaseOf(file.Path) && phases.Contains(other)
            select $"{file.Path} refers to phase {other}";
    }

    /// <summary>All SQL stays in the folder <c>Storage</c> of the two that have a database: control (until PostgreSQL comes) and status.</summary>
    /// <param name="project">The project that the files belong to.</param>
    /// <param name="files">Its files.</param>
    public static IEnumerable<string> SqlOutsideStorage(string project, IEnumerable<SourceFile> files) =>
        from file in files
        where !(project is "Holdfast.Control" or "Holdfast.Status" && file.Path.StartsWith("Storage/", StringComparison.Ordinal))
        from Match match in DatabaseUse().Matches(WithoutComments(file.Text))
        select $"{project}/{file.Path} uses {match.Value.Trim()}";

    /// <summary>The model does no I/O: namespaces and types that do are not named there.</summary>
    public static IEnumerable<string> InputOutput(IEnumerable<SourceFile> model) =>
        from file in model
        from Match match in InputOutputUse().Matches(WithoutComments(file.Text))
        select $"{file.Path} uses {match.Value.Trim()}";

    private static string? PhaseOf(string path) => path.Split('/') is ["Phases", var phase, _, ..] ? phase : null;

    /// <summary>A comment may name whom it likes; a line comment is taken only where it begins a line, so that no URL in a string is cut.</summary>
    private static string WithoutComments(string text) => Comments().Replace(text, "");

    [GeneratedRegex(@"^[ \t]*//[^\n]*$|/\*[\s\S]*?\*/", RegexOptions.Multiline)]
    private static partial Regex Comments();

    [GeneratedRegex(@"\bPhases\.([A-Za-z_][A-Za-z0-9_]*)")]
    private static partial Regex PhaseNamespace();

    [GeneratedRegex(
        @"Microsoft\.EntityFrameworkCore|Microsoft\.Data\.Sqlite|\bNpgsql\b|\bDapper\b|\bSystem\.Data\b|\b(FromSql|ExecuteSql)\w*|""\s*(SELECT\s.+\sFROM|INSERT\s+INTO|UPDATE\s.+\sSET|DELETE\s+FROM|CREATE\s+TABLE|PRAGMA)\s",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex DatabaseUse();

    [GeneratedRegex(
        @"\busing\s+(static\s+)?(System\.IO|System\.Net\.(Http|Sockets|Security)|System\.Diagnostics(?!\.CodeAnalysis)|System\.Data|Microsoft\.AspNetCore|Microsoft\.EntityFrameworkCore)\b|\b(File|Directory|FileStream|FileInfo|Socket|HttpClient|Console|Process|Environment)\s*\.\s*[A-Z]|\bnew\s+(FileStream|FileInfo|StreamReader|StreamWriter|Socket|HttpClient|Process)\b"
    )]
    private static partial Regex InputOutputUse();
}
