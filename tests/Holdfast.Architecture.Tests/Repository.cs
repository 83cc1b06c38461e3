using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace Holdfast.Architecture.Tests;

/// <summary>The sources and the compiled assemblies that the rules are checked against.</summary>
internal static class Repository
{
    /// <summary>The repository's root.</summary>
    public static string Root { get; } =
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == "RepositoryRoot").Value!;

    /// <summary>The project files under src, by project name.</summary>
    public static IReadOnlyDictionary<string, string> Projects { get; } =
        Directory
            .EnumerateFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .ToDictionary(path => Path.GetFileNameWithoutExtension(path), path => path);

    /// <summary>What a project file refers to: projects, packages and frameworks by name.</summary>
    /// <param name="xml">The file's text.</param>
    public static IEnumerable<string> ReferencesOf(string xml) =>
        XDocument
            .Parse(xml)
            .Descendants()
            .Where(element => element.Name.LocalName is "ProjectReference" or "PackageReference" or "FrameworkReference" or "Reference")
            .Select(element => ((string)element.Attribute("Include")!, element.Name.LocalName))
            .Select(entry =>
                entry.LocalName == "ProjectReference" ? Path.GetFileNameWithoutExtension(entry.Item1.Replace('\\', '/')) : entry.Item1
            );

    /// <summary>What a compiled assembly refers to, by name; null when it is not beside the tests.</summary>
    public static IReadOnlyList<string>? AssemblyReferencesOf(string project)
    {
        var path = Path.Combine(AppContext.BaseDirectory, (project == "Holdfast.Cli" ? "holdfast" : project) + ".dll");
        if (!File.Exists(path))
        {
            return null;
        }

        using var file = new PEReader(File.OpenRead(path));
        var metadata = file.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
    }

    /// <summary>The C# files of a project, without what the build made: path from the project's folder, and text.</summary>
    public static IEnumerable<SourceFile> SourcesOf(string project)
    {
        var folder = Path.GetDirectoryName(Projects[project])!;
        return Directory
            .EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Select(path => (Path: path, Relative: Path.GetRelativePath(folder, path)))
            .Where(entry =>
                !entry.Relative.StartsWith("bin/", StringComparison.Ordinal) && !entry.Relative.StartsWith("obj/", StringComparison.Ordinal)
            )
            .Select(entry => new SourceFile(entry.Relative, File.ReadAllText(entry.Path)));
    }
}

/// <summary>One C# file.</summary>
/// <param name="Path">From the project's folder, with slashes.</param>
/// <param name="Text">Its text.</param>
internal sealed record SourceFile(string Path, string Text);
