using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Holdfast.Status.Export;

/// <summary>
/// The operator's command, <c>/bin/sh -c</c>, run after an export with its folder in <c>HOLDFAST_EXPORT</c>. It has a limit of time; when it
/// fails, it throws with the end of what it said.
/// </summary>
/// <param name="text">The command.</param>
/// <param name="limit">How long it may run; then it and what it started are killed.</param>
internal sealed class ExportCommand(string text, TimeSpan limit)
{
    /// <summary>How long the command may run unless a test says otherwise: long enough to send some thousand small files.</summary>
    public static readonly TimeSpan DefaultLimit = TimeSpan.FromMinutes(2);

    /// <summary>Characters kept of what it says.</summary>
    private const int Kept = 1_000;

    /// <summary>Runs it.</summary>
    /// <exception cref="InvalidOperationException">It failed, took too long, or can't be started; the message says which.</exception>
    public async Task RunAsync(string directory, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("/bin/sh")
        {
            ArgumentList = { "-c", text },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["HOLDFAST_EXPORT"] = directory },
        };
        using var process = Start(start);
        process.StandardInput.Close();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ended.CancelAfter(limit);
        try
        {
            var said = await Task.WhenAll(ReadAsync(process.StandardOutput, ended.Token), ReadAsync(process.StandardError, ended.Token))
                .ConfigureAwait(false);
            await process.WaitForExitAsync(ended.Token).ConfigureAwait(false);
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"the command after the export ended with {process.ExitCode}: {string.Join(' ', said).Trim()}"
                    )
                );
            }
        }
        catch (OperationCanceledException)
        {
            Kill(process);
            cancellationToken.ThrowIfCancellationRequested();
            throw new InvalidOperationException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"the command after the export did not end within {limit.TotalSeconds} s, and was killed"
                )
            );
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception fault)
        {
            throw new InvalidOperationException($"the command after the export cannot be started: {fault.Message}", fault);
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It ended meanwhile.
        }
    }

    /// <summary>The end of what it says; all is read, so that it never waits for a reader.</summary>
    private static async Task<string> ReadAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var buffer = new char[4_096];
        var end = "";
        int read;
        while ((read = await reader.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            end += new string(buffer, 0, read);
            end = end.Length > Kept ? end[^Kept..] : end;
        }

        return end;
    }
}
