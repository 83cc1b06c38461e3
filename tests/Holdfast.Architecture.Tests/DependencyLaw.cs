using System.Collections.Frozen;

namespace Holdfast.Architecture.Tests;

/// <summary>
/// Who may refer to whom: the design's "The house" as a table. Projects that are not there yet have their line too, so that they are
/// born under the law.
/// </summary>
internal static class DependencyLaw
{
    /// <summary>A project, and the projects that it may refer to, directly or by what they bring.</summary>
    public static FrozenDictionary<string, FrozenSet<string>> AllowedReferences { get; } =
        new Dictionary<string, string[]>
        {
            ["Holdfast.Model"] = [],
            ["Holdfast.Http"] = ["Holdfast.Model"],
            ["Holdfast.Rules"] = ["Holdfast.Model"],
            ["Holdfast.Waf"] = ["Holdfast.Model"],
            ["Holdfast.Cache"] = ["Holdfast.Model"],
            ["Holdfast.Releases"] = ["Holdfast.Model"],
            ["Holdfast.Artifacts"] = ["Holdfast.Model", "Holdfast.Rules", "Holdfast.Waf", "Holdfast.Releases"],
            ["Holdfast.Edge"] =
            [
                "Holdfast.Model",
                "Holdfast.Http",
                "Holdfast.Rules",
                "Holdfast.Waf",
                "Holdfast.Cache",
                "Holdfast.Releases",
                "Holdfast.Artifacts",
            ],
            ["Holdfast.Workers"] = ["Holdfast.Model"],

            // Artifacts brings Rules and Waf; control compiles rules at ingest through Artifacts and does not name them itself.
            ["Holdfast.Control"] = ["Holdfast.Model", "Holdfast.Releases", "Holdfast.Artifacts"],
            ["Holdfast.Status"] = ["Holdfast.Model"],

            // These two speak HTTP and the command line only.
            ["Holdfast.Dashboard"] = [],
            ["Holdfast.Drills"] = [],
            ["Holdfast.Cli"] =
            [
                "Holdfast.Model",
                "Holdfast.Http",
                "Holdfast.Rules",
                "Holdfast.Waf",
                "Holdfast.Cache",
                "Holdfast.Releases",
                "Holdfast.Artifacts",
                "Holdfast.Edge",
                "Holdfast.Workers",
                "Holdfast.Control",
                "Holdfast.Dashboard",
                "Holdfast.Status",
                "Holdfast.Drills",
            ],
        }.ToFrozenDictionary(entry => entry.Key, entry => entry.Value.ToFrozenSet());

    /// <summary>What a project may not use at all: prefixes of package, framework or assembly names.</summary>
    public static FrozenDictionary<string, string[]> ForbiddenLibraries { get; } =
        new Dictionary<string, string[]>
        {
            // The nouns: no I/O, no ASP.NET.
            ["Holdfast.Model"] =
            [
                "Microsoft.AspNetCore",
                "Microsoft.EntityFrameworkCore",
                "Microsoft.Data",
                "System.Net.Http",
                "System.Net.Sockets",
                "System.Net.Security",
                "System.IO.FileSystem",
                "System.IO.Pipes",
                "System.Diagnostics.Process",
            ],

            // The codec: no Kestrel, no ASP.NET, and not the framework's own HTTP client.
            ["Holdfast.Http"] =
            [
                "Microsoft.AspNetCore",
                "Microsoft.Extensions.Hosting",
                "Microsoft.EntityFrameworkCore",
                "System.Net.Http",
            ],
            ["Holdfast.Rules"] = ["Microsoft.AspNetCore", "Microsoft.EntityFrameworkCore", "System.Net.Http", "System.Net.Sockets"],
            ["Holdfast.Waf"] = ["Microsoft.AspNetCore", "Microsoft.EntityFrameworkCore", "System.Net.Http", "System.Net.Sockets"],
            ["Holdfast.Cache"] = ["Microsoft.AspNetCore", "Microsoft.EntityFrameworkCore", "System.Net.Http", "System.Net.Sockets"],
            ["Holdfast.Releases"] = ["Microsoft.AspNetCore", "Microsoft.EntityFrameworkCore"],
            ["Holdfast.Artifacts"] = ["Microsoft.AspNetCore", "Microsoft.EntityFrameworkCore", "System.Net.Http", "System.Net.Sockets"],
            ["Holdfast.Edge"] = ["Microsoft.EntityFrameworkCore", "Microsoft.Data", "Npgsql", "Dapper"],
        }.ToFrozenDictionary();

    /// <summary>Every reference that the law does not allow, as one sentence each.</summary>
    /// <param name="project">The project that refers.</param>
    /// <param name="references">The names that it refers to: projects, packages, frameworks, assemblies.</param>
    public static IEnumerable<string> Violations(string project, IEnumerable<string> references)
    {
        if (!AllowedReferences.TryGetValue(project, out var allowed))
        {
            yield return $"{project} has no line in the dependency law";
            yield break;
        }

        var forbidden = ForbiddenLibraries.GetValueOrDefault(project, []);
        foreach (var reference in references)
        {
            var name = reference == "holdfast" ? "Holdfast.Cli" : reference;
            if (name.StartsWith("Holdfast.", StringComparison.Ordinal) && name != project && !allowed.Contains(name))
            {
                yield return $"{project} may not refer to {name}";
            }

            if (forbidden.FirstOrDefault(prefix => name == prefix || name.StartsWith(prefix + ".", StringComparison.Ordinal)) is { } prefix)
            {
                yield return $"{project} may not use {name} ({prefix})";
            }
        }
    }
}
