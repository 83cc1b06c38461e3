using System.Globalization;
using System.Text;
using Holdfast.Status.Page;
using Holdfast.Status.ReadApi;
using Holdfast.Status.Storage;

namespace Holdfast.Status.Export;

/// <summary>
/// The whole public page as files, for hosts that know nothing of Holdfast: every page, every feed, every document of the read API. They stand in
/// a new folder first, which then takes the place of the old one in one step: a reader finds all of the old or all of the new.
/// </summary>
internal sealed class StaticSite(StatusStore store, PublicPages pages, TimeProvider time)
{
    /// <summary>The file that says whose folder it is: only a folder with it is ever replaced.</summary>
    public const string Marker = ".holdfast-status-page";

    /// <summary>Writes it.</summary>
    /// <param name="directory">Where to; made when missing. What is in it has to be an earlier export.</param>
    /// <param name="cancellationToken">Gives up; the folder stays as it was.</param>
    /// <returns>How many files there are.</returns>
    /// <exception cref="StatusStoreException">The folder is somebody else's, or the disk does not take it.</exception>
    public async Task<int> WriteAsync(string directory, CancellationToken cancellationToken)
    {
        directory = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        var beside = $"{directory}.new-{StatusIds.New()}";
        try
        {
            Check(directory);
            RemoveLeftovers(directory);
            Directory.CreateDirectory(beside);
            var view = new PageView(store.Current, time.GetUtcNow());
            var count = 0;
            await foreach (var (path, body) in FilesAsync(view).ConfigureAwait(false))
            {
                var file = Path.Combine(beside, path);
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                await File.WriteAllBytesAsync(file, body, cancellationToken).ConfigureAwait(false);
                count++;
            }

            await File.WriteAllTextAsync(Path.Combine(beside, Marker), $"{V2Writer.Text(view.Now)}\n", cancellationToken)
                .ConfigureAwait(false);
            DirectorySwap.Put(beside, directory);
            return count;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StatusStoreException($"the page cannot be exported to {directory}: {fault.Message}", fault);
        }
        finally
        {
            // After the step this is the old folder; after a fault, what there was of the new one.
            DirectorySwap.Remove(beside);
        }
    }

    private async IAsyncEnumerable<(string Path, byte[] Body)> FilesAsync(PageView view)
    {
        yield return ("index.html", await pages.HomeAsync(view).ConfigureAwait(false));
        yield return ("embed/index.html", await pages.EmbedAsync(view).ConfigureAwait(false));
        yield return ("404.html", Encoding.UTF8.GetBytes(ErrorAnswer.Page(404, "There is no such page on this status page.")));
        foreach (var document in PublicPages.Documents)
        {
            yield return (document.Path.TrimStart('/'), document.Render(view));
        }

        yield return ("history/index.html", (await pages.HistoryAsync(view, null).ConfigureAwait(false))!);
        foreach (var month in pages.Months(view))
        {
            var name = month.ToString("yyyy-MM", CultureInfo.InvariantCulture);
            yield return ($"history/{name}/index.html", (await pages.HistoryAsync(view, name).ConfigureAwait(false))!);
        }

        foreach (var incident in store.Between(DateTimeOffset.MinValue, DateTimeOffset.MaxValue))
        {
            if (await pages.IncidentAsync(view, incident.Id).ConfigureAwait(false) is { } body)
            {
                yield return ($"incidents/{incident.Id}/index.html", body);
            }
        }
    }

    private static void Check(string directory)
    {
        if (File.Exists(directory))
        {
            throw new StatusStoreException($"{directory} is a file; an export needs a folder of its own");
        }

        if (
            Directory.Exists(directory)
            && !File.Exists(Path.Combine(directory, Marker))
            && Directory.EnumerateFileSystemEntries(directory).Any()
        )
        {
            throw new StatusStoreException(
                $"{directory} holds files that are no export of a status page; an export replaces the whole folder, so name an empty or a new one"
            );
        }
    }

    /// <summary>What exports left that were killed.</summary>
    private static void RemoveLeftovers(string directory)
    {
        var parent = Path.GetDirectoryName(directory)!;
        Directory.CreateDirectory(parent);
        foreach (var left in Directory.EnumerateDirectories(parent, $"{Path.GetFileName(directory)}.new-*"))
        {
            DirectorySwap.Remove(left);
        }
    }
}
