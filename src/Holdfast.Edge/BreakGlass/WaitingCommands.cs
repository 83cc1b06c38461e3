using System.Security.Cryptography;
using System.Text;
using Holdfast.Releases.Keys;

namespace Holdfast.Edge.BreakGlass;

/// <summary>
/// Commands given while the edge did not run, in <c>edges/NAME/break-glass.orders</c>: a line of JSON each behind its SHA-256. The next start
/// does them before it takes a release into use. The edge makes the file, so that one that root writes to stays the edge's to read.
/// </summary>
/// <param name="directory">The edge's directory.</param>
internal sealed class WaitingCommands(string directory)
{
    private const int MostBytes = 1024 * 1024;
    private const int DigestCharacters = 64;

    private long _read;
    private readonly string _path = Path.Combine(directory, "break-glass.orders");

    // Somebody else's write takes microseconds.
    private const int Attempts = 20;
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(50);

    /// <summary>Makes the file when there is none.</summary>
    /// <returns>Null, or why it cannot be made.</returns>
    public string? Make()
    {
        try
        {
            KeyFile.CreateDirectory(directory);
            if (!File.Exists(_path))
            {
                KeyFile.TryCreate(_path, []);
            }

            return null;
        }
        catch (Exception e) when (e is KeyFileException or IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    /// <summary>Adds a command, for the next start.</summary>
    /// <exception cref="IOException">It cannot be written, or no edge has made the file.</exception>
    /// <exception cref="UnauthorizedAccessException">The file belongs to somebody else.</exception>
    public async Task AddAsync(NodeCommand command, TimeProvider time, CancellationToken cancellationToken)
    {
        var json = command.Write();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                Append(json);
                return;
            }
            catch (IOException) when (attempt < Attempts)
            {
                await Task.Delay(BetweenAttempts, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private void Append(byte[] json)
    {
        using var file = Open(FileShare.None);
        if (file.Length > MostBytes)
        {
            throw new IOException($"{_path} has {file.Length} bytes of commands that no edge has done; at most {MostBytes} are allowed");
        }

        // What a crash has cut off must not take this line with it.
        file.Seek(0, SeekOrigin.End);
        file.Write((byte[])[(byte)'\n', .. Encoding.ASCII.GetBytes(DigestOf(json)), (byte)' ', .. json, (byte)'\n']);
        file.Flush(flushToDisk: true);
    }

    /// <summary>Reads them, in the order in which they were given.</summary>
    /// <param name="problem">What could not be read, or null; the other commands are there.</param>
    public IReadOnlyList<NodeCommand> Read(out string? problem)
    {
        problem = null;
        var commands = new List<NodeCommand>();
        try
        {
            using var file = Open(FileShare.ReadWrite);
            var bytes = new byte[Math.Min(file.Length, 2 * MostBytes)];
            file.ReadExactly(bytes);
            _read = file.Length;
            foreach (var line in Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                var json = line.Length > DigestCharacters + 1 ? Encoding.UTF8.GetBytes(line[(DigestCharacters + 1)..]) : [];
                if (line.Length <= DigestCharacters || line[..DigestCharacters] != DigestOf(json))
                {
                    problem = $"{_path}: a command is damaged and was passed over";
                }
                else if (NodeCommand.TryRead(json, out var command) is { } wrong)
                {
                    problem = $"{_path}: {wrong}";
                }
                else
                {
                    commands.Add(command!);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = $"{_path}: it cannot be read: {e.Message}";
        }

        return commands;
    }

    /// <summary>Says that those that were read last are done. When that cannot be written they come again, and are known.</summary>
    public void Clear()
    {
        try
        {
            using var file = Open(FileShare.None);
            if (file.Length == _read)
            {
                file.SetLength(0);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Each has an id that is remembered.
        }
    }

    private FileStream Open(FileShare share) => new(_path, FileMode.Open, FileAccess.ReadWrite, share);

    private static string DigestOf(ReadOnlySpan<byte> json) => Convert.ToHexStringLower(SHA256.HashData(json));
}
