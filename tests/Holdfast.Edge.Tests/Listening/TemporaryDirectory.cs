namespace Holdfast.Edge.Tests.Listening;

internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("holdfast-listening-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
