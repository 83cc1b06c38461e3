using System.Runtime.CompilerServices;

namespace Holdfast.Cli.Logs;

/// <summary>One open log file; it stays the same file when it is renamed.</summary>
internal sealed class LogReader : IDisposable
{
    private readonly FileStream stream;
    private readonly LineBuffer lines = new();

    private LogReader(FileStream stream) => this.stream = stream;

    /// <summary>
    /// What the file is called now, whatever it was called when it was opened; with <c> (deleted)</c> behind it when it has no name any more
    /// (proc(5), /proc/self/fd).
    /// </summary>
    public string CurrentName => new FileInfo($"/proc/self/fd/{stream.SafeFileHandle.DangerousGetHandle()}").LinkTarget ?? stream.Name;

    /// <summary>Opens a file at its beginning; null when there is none.</summary>
    public static LogReader? TryOpen(string path)
    {
        try
        {
            return new LogReader(
                new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0)
            );
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The complete lines from where it stands to where the file ends now.</summary>
    public async IAsyncEnumerable<string> ReadToEndAsync(byte[] buffer, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await stream.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            foreach (var line in lines.Add(buffer.AsMemory(0, read)))
            {
                yield return line;
            }
        }
    }

    public void Dispose() => stream.Dispose();
}
