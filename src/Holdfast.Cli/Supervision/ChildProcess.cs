using System.Diagnostics;

namespace Holdfast.Cli.Supervision;

/// <summary>
/// One started child: its standard input is a pipe whose end is the child's order to end (also when <c>up</c> dies and the kernel closes
/// it), its standard output tells when it serves, its standard error is passed on.
/// </summary>
internal sealed class ChildProcess : IDisposable
{
    /// <summary>How many lines of standard error are kept until it is ready; a child that writes more before that has its oldest dropped.</summary>
    private const int HeldLines = 200;

    /// <summary>How long to read on after the child has ended; normally both pipes end with it.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// One start at a time: a descriptor is inheritable only while the child that needs it is being started, so that no child gets another's.
    /// </summary>
    private static readonly Lock StartLock = new();

    private readonly Process process;
    private readonly TextWriter error;
    private readonly Queue<string> held = new();
    private readonly TaskCompletionSource<ReadyMessage> ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource handedOver = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task output;
    private readonly Task errors;
    private string? lastErrorLine;
    private bool passing;

    private ChildProcess(Process process, TextWriter error)
    {
        this.process = process;
        this.error = error;
        Id = process.Id;
        output = ReadOutputAsync();
        errors = ReadErrorsAsync();
    }

    /// <summary>The process id.</summary>
    public int Id { get; }

    /// <summary>Ends when the child serves; cancelled when it ended before that.</summary>
    public Task<ReadyMessage> Ready => ready.Task;

    /// <summary>Ends when it has handed over; cancelled when it ended before that.</summary>
    public Task HandedOver => handedOver.Task;

    /// <summary>128 and the signal's number when a signal ended it. Only after <see cref="WaitForExitAsync"/>.</summary>
    public int ExitCode => process.ExitCode;

    /// <summary>The last thing that it said on standard error, or null.</summary>
    public string? LastErrorLine
    {
        get
        {
            lock (held)
            {
                return lastErrorLine;
            }
        }
    }

    /// <summary>Starts a child in this process's group.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">It cannot be started: no memory, too many processes, the program is gone.</exception>
    public static ChildProcess Start(OwnProgram program, ChildSpec spec, TextWriter error)
    {
        var start = new ProcessStartInfo(program.FileName, [.. program.LeadingArguments, .. spec.Arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in spec.Environment)
        {
            start.Environment[name] = value;
            if (value is null)
            {
                start.Environment.Remove(name);
            }
        }

        lock (StartLock)
        {
            try
            {
                foreach (var socket in spec.Sockets)
                {
                    FileDescriptorFlags.SetInheritable(socket.Descriptor, inheritable: true);
                }

                return new ChildProcess(Process.Start(start)!, error);
            }
            finally
            {
                foreach (var socket in spec.Sockets)
                {
                    FileDescriptorFlags.SetInheritable(socket.Descriptor, inheritable: false);
                }
            }
        }
    }

    /// <summary>Passes on what it said on standard error so far, and from now on every line as it comes.</summary>
    public void PassErrorsOn()
    {
        lock (held)
        {
            passing = true;
            while (held.TryDequeue(out var line))
            {
                error.WriteLine(line);
            }
        }
    }

    /// <summary>Ends when the child has ended and what it said was read.</summary>
    public async Task WaitForExitAsync()
    {
        await process.WaitForExitAsync();

        // A process that the child started may hold the pipes open for as long as it likes; its replacement must not wait for that.
        await Task.WhenAny(Task.WhenAll(output, errors), Task.Delay(LastWords));
    }

    /// <summary>Asks it to hand over: it writes to nothing that its successor is to have, and serves on until it is ordered to end.</summary>
    public void AskToHandOver()
    {
        try
        {
            process.StandardInput.WriteLine(ChildArguments.HandOver);
            process.StandardInput.Flush();
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            // It ended in between, which is what whoever waits is told.
        }
    }

    /// <summary>Orders it to end: closes the pipe that is its standard input.</summary>
    public void OrderToEnd()
    {
        try
        {
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The child is gone already and the pipe broken: there is nobody left to order.
        }
    }

    /// <summary>Ends it at once (SIGKILL); nothing happens when it has ended.</summary>
    public void Kill()
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It ended in between, which is what was wanted.
        }
    }

    public void Dispose() => process.Dispose();

    private async Task ReadOutputAsync()
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (!ready.Task.IsCompleted && ReadyMessage.TryParse(line) is { } message)
            {
                ready.TrySetResult(message);
            }
            else if (line == ReadyMessage.HandedOver)
            {
                handedOver.TrySetResult();
            }
        }

        ready.TrySetCanceled();
        handedOver.TrySetCanceled();
    }

    private async Task ReadErrorsAsync()
    {
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            lock (held)
            {
                lastErrorLine = line.Length == 0 ? lastErrorLine : line;
                if (passing)
                {
                    error.WriteLine(line);
                    continue;
                }

                held.Enqueue(line);
                if (held.Count > HeldLines)
                {
                    held.Dequeue();
                }
            }
        }
    }
}
