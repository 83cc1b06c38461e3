using Holdfast.Status.Page;
using Holdfast.Status.ReadApi;
using Holdfast.Status.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Status.Export;

/// <summary>Exports a status page from its store alone: the process that serves it may run or be dead.</summary>
public static class StatusExport
{
    /// <summary>Writes the whole public page as files.</summary>
    /// <param name="dataDirectory">The folder that its store lies in.</param>
    /// <param name="directory">Where to; made when missing, replaced when it is an earlier export.</param>
    /// <param name="cancellationToken">Gives up; the folder stays as it was.</param>
    /// <returns>How many files there are.</returns>
    /// <exception cref="StatusStoreException">There is no store, it can't be read, or the folder can't be written.</exception>
    public static async Task<int> WriteAsync(string dataDirectory, string directory, CancellationToken cancellationToken)
    {
        var path = StatusStore.PathIn(dataDirectory);
        if (!File.Exists(path))
        {
            throw new StatusStoreException($"there is no status page in {dataDirectory}: no file {path}");
        }

        using var store = StatusStore.Open(path, "", "", TimeProvider.System);
        var pages = new PublicPages(store, new PageRenderer(NullLoggerFactory.Instance));
        return await new StaticSite(store, pages, TimeProvider.System).WriteAsync(directory, cancellationToken).ConfigureAwait(false);
    }
}
