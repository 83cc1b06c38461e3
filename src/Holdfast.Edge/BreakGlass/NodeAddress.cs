using Holdfast.Releases.Keys;

namespace Holdfast.Edge.BreakGlass;

/// <summary>Where an edge's management listener is, for commands on its machine: a URL in <c>edges/NAME/management</c>.</summary>
internal static class NodeAddress
{
    private const string FileName = "management";
    private const int MostBytes = 1024;

    /// <summary>Writes it.</summary>
    /// <returns>Null, or why it could not be written.</returns>
    public static string? Write(string directory, string url)
    {
        try
        {
            KeyFile.CreateDirectory(directory);
            KeyFile.Replace(Path.Combine(directory, FileName), System.Text.Encoding.ASCII.GetBytes(url + "\n"));
            return null;
        }
        catch (Exception e) when (e is KeyFileException or IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    /// <summary>Reads it.</summary>
    /// <returns>Null when there is none that can be read.</returns>
    public static Uri? Read(string directory)
    {
        try
        {
            var file = new FileInfo(Path.Combine(directory, FileName));
            return
                file is { Exists: true, Length: <= MostBytes }
                && Uri.TryCreate(File.ReadAllText(file.FullName).Trim(), UriKind.Absolute, out var url)
                && url.Scheme == Uri.UriSchemeHttp
                ? url
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
