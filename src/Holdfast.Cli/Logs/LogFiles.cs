using System.Globalization;
using System.Runtime.CompilerServices;

namespace Holdfast.Cli.Logs;

/// <summary>
/// An access log on disk: the file that is being written, and older ones beside it, <c>.1</c> the newest of them. Rotation renames
/// <c>.1</c> to <c>.2</c> and so on, then the file itself to <c>.1</c>, and begins a new one.
/// </summary>
/// <param name="path">The file that is being written.</param>
/// <param name="time">The clock.</param>
internal sealed class LogFiles(string path, TimeProvider time)
{
    /// <summary>How often a follower looks for more; a person does not notice it, and it costs a few system calls.</summary>
    private static readonly TimeSpan PollTime = TimeSpan.FromMilliseconds(200);

    private readonly byte[] buffer = new byte[64 * 1024];

    /// <summary>The newest complete lines, oldest first.</summary>
    /// <param name="count">How many; 0 for all there are.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The lines, and a reader that stands after the last; it is null when there is no file yet.</returns>
    public async Task<(IReadOnlyCollection<string> Lines, LogReader? Reader)> ReadNewestAsync(
        int count,
        CancellationToken cancellationToken
    )
    {
        var newest = new Queue<string>();

        // A file that is rotated away between two opens is met again under its new name or missed; both are fine for a look back.
        var older = Enumerable.Range(1, int.MaxValue - 1).TakeWhile(number => File.Exists(Numbered(number))).Reverse().ToList();
        LogReader? reader = null;
        foreach (var file in older.Select(Numbered).Append(path))
        {
            reader?.Dispose();
            reader = LogReader.TryOpen(file);
            if (reader is null)
            {
                continue;
            }

            await foreach (var line in reader.ReadToEndAsync(buffer, cancellationToken))
            {
                newest.Enqueue(line);
                if (count > 0 && newest.Count > count)
                {
                    newest.Dequeue();
                }
            }
        }

        return (newest, reader);
    }

    /// <summary>Every line from where the reader stands, as they are written, over every rotation; ends by cancellation only.</summary>
    /// <param name="reader">From <see cref="ReadNewestAsync"/>; null waits for the first file. Taken over.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async IAsyncEnumerable<string> FollowAsync(LogReader? reader, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(PollTime, time);
        try
        {
            while (true)
            {
                reader ??= LogReader.TryOpen(path);
                if (reader is not null)
                {
                    // Asked before the last read: what is written after the name changed went into the new file.
                    var renamedTo = reader.CurrentName;
                    await foreach (var line in reader.ReadToEndAsync(buffer, cancellationToken))
                    {
                        yield return line;
                    }

                    if (renamedTo != path)
                    {
                        reader.Dispose();
                        reader = OpenNext(renamedTo);
                        continue;
                    }
                }

                await timer.WaitForNextTickAsync(cancellationToken);
            }
        }
        finally
        {
            reader?.Dispose();
        }
    }

    /// <summary>The file after the one that now has this name: after <c>.2</c> comes <c>.1</c>, after <c>.1</c> or a deleted one the newest.</summary>
    private LogReader? OpenNext(string name)
    {
        var isNumbered = int.TryParse(
            name.AsSpan(name.LastIndexOf('.') + 1),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var number
        );
        return LogReader.TryOpen(isNumbered && number > 1 ? Numbered(number - 1) : path);
    }

    private string Numbered(int number) => string.Create(CultureInfo.InvariantCulture, $"{path}.{number}");
}
