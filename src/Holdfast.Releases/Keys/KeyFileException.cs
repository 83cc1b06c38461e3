namespace Holdfast.Releases.Keys;

/// <summary>A key file cannot be used; the message names the file, what is wrong with it, and what to do.</summary>
public sealed class KeyFileException : Exception
{
    /// <summary>A key file that cannot be used.</summary>
    /// <param name="path">The file.</param>
    /// <param name="reason">What is wrong and what to do, as a phrase that follows the path and a colon.</param>
    /// <param name="inner">What the operating system or the parser said.</param>
    public KeyFileException(string path, string reason, Exception? inner = null)
        : base($"{path}: {reason}", inner)
    {
        Path = path;
    }

    /// <summary>The file.</summary>
    public string Path { get; }
}
