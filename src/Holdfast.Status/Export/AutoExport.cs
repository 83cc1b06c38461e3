using System.Threading.Channels;
using Holdfast.Status.Storage;
using Microsoft.Extensions.Logging;

namespace Holdfast.Status.Export;

/// <summary>
/// Exports the page on every change, and from time to time so that its files stay young, and runs the operator's command after it. Nobody who
/// posts waits for it, and what fails is logged and tried again.
/// </summary>
internal sealed class AutoExport : IDisposable
{
    /// <summary>How long files stand without a change: a page says that it is old after twice that.</summary>
    private static readonly TimeSpan Refresh = TimeSpan.FromMinutes(5);

    /// <summary>After a failure it is tried again.</summary>
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(30);

    private readonly StatusStore store;
    private readonly StaticSite site;
    private readonly string directory;
    private readonly ExportCommand? command;
    private readonly TimeProvider time;
    private readonly ILogger logger;

    // One change more or less is the same export: what happens during one leads to one more.
    private readonly Channel<bool> changes = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );

    public AutoExport(StatusStore store, StaticSite site, string directory, ExportCommand? command, TimeProvider time, ILogger logger)
    {
        (this.store, this.site, this.directory, this.command, this.time, this.logger) = (store, site, directory, command, time, logger);
        store.Changed += Note;
    }

    /// <summary>Exports until it is cancelled; never faults.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var well = await ExportAsync(cancellationToken).ConfigureAwait(false);
                await WaitAsync(well ? Refresh : Again, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The process ends; the last export stands.
        }
    }

    public void Dispose() => store.Changed -= Note;

    private async Task<bool> ExportAsync(CancellationToken cancellationToken)
    {
        try
        {
            var files = await site.WriteAsync(directory, cancellationToken).ConfigureAwait(false);
            StatusLog.Exported(logger, files, directory);
            if (command is not null)
            {
                await command.RunAsync(directory, cancellationToken).ConfigureAwait(false);
            }

            return true;
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            StatusLog.NotExported(logger, fault.Message);
            return false;
        }
    }

    private async Task WaitAsync(TimeSpan most, CancellationToken cancellationToken)
    {
        using var timer = time.CreateTimer(_ => changes.Writer.TryWrite(true), null, most, Timeout.InfiniteTimeSpan);
        await changes.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
    }

    private void Note() => changes.Writer.TryWrite(true);
}
