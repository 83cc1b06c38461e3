using System.Globalization;
using Holdfast.Releases.Store;

namespace Holdfast.Releases.Rollout;

/// <summary>
/// Counts starts with something unproven that came to a bad end within a minute. After two of them the next start goes back to what was
/// last known good. One thread at a time.
/// </summary>
/// <param name="path">The file that the count stands in; null for nowhere, which never goes back.</param>
public sealed class CrashLoop(string? path)
{
    /// <summary>How long a start must live to be a good one.</summary>
    public static readonly TimeSpan SettledAfter = TimeSpan.FromMinutes(1);

    // Starts with something unproven that did not settle, before one that goes back.
    private const int Allowed = 2;

    private bool _isCounting;

    /// <summary>The process starts.</summary>
    /// <param name="hasUnproven">Whether it would take something into use that has not passed its bake.</param>
    /// <param name="problem">Why the count could not be read or written, or null.</param>
    /// <returns>Whether it is to go back to what was last known good.</returns>
    public bool Begin(bool hasUnproven, out StoreProblem? problem)
    {
        problem = null;
        if (path is null)
        {
            return false;
        }

        try
        {
            var count = hasUnproven && File.Exists(path) ? Read(path) : 0;
            if (!hasUnproven || count >= Allowed)
            {
                File.Delete(path);
                return hasUnproven;
            }

            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, (count + 1).ToString(CultureInfo.InvariantCulture));
            _isCounting = true;
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = new StoreProblem(path, $"starts are not counted: {e.Message}");
            return false;
        }
    }

    /// <summary>The process has lived long enough, or ends in good order.</summary>
    public void Settle()
    {
        if (!_isCounting)
        {
            return;
        }

        _isCounting = false;
        AtomicFile.TryDelete(path!);
    }

    // What is no number was cut off in the writing: a start that came to a bad end.
    private static int Read(string path)
    {
        var text = File.ReadAllText(path);
        return text.Length <= 4 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 1;
    }
}
