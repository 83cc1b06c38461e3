using System.Globalization;
using Holdfast.Model.Releases;
using Holdfast.Releases;
using Holdfast.Releases.Wire;

namespace Holdfast.Artifacts.Tests.Golden;

/// <summary>The files of <c>tests/golden</c>.</summary>
internal static class GoldenReleases
{
    private static readonly string Directory = Path.Combine(AppContext.BaseDirectory, "golden");

    /// <summary>The directory of the keys.</summary>
    public static string Keys { get; } = Path.Combine(Directory, "keys");

    /// <summary>The names of all files: a kind's name, a hyphen, a format's version.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. System
            .IO.Directory.EnumerateFiles(Directory, "*.json")
            .Select(path => Path.GetFileNameWithoutExtension(path))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>What the file of a kind and a version is called.</summary>
    public static string NameOf(ArtifactKind kind, int version) =>
        string.Create(CultureInfo.InvariantCulture, $"{ArtifactKindNames.Of(kind)}-{version}");

    /// <summary>The release of a file.</summary>
    public static Release Read(string name)
    {
        var bytes = File.ReadAllBytes(Path.Combine(Directory, name + ".json"));
        return ReleaseCodec.TryDecode(bytes, out var release, out var error)
            ? release
            : throw new InvalidDataException($"{name} cannot be read any more: {error}");
    }
}
