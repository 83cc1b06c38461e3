namespace Holdfast.Drills.Programs;

/// <summary>One running process of the program.</summary>
public interface IHoldfastProcess : IDisposable
{
    /// <summary>Ends when the process says that it serves; cancelled when it ended before that.</summary>
    Task<ProgramReady> Ready { get; }

    /// <summary>Ends when the process has ended.</summary>
    Task Ended { get; }

    /// <summary>The last line of its standard error, or null.</summary>
    string? LastMessage { get; }

    /// <summary>SIGKILL; nothing happens when it has ended.</summary>
    void Kill();

    /// <summary>
    /// Fills its disk, or makes room again: from then on no write to a file succeeds, in it and in what it starts. Only a process that was started
    /// with <see cref="ProgramStart.DiskMayFill"/>.
    /// </summary>
    /// <exception cref="System.ComponentModel.Win32Exception">The operating system refuses.</exception>
    void FillDisk(bool full);

    /// <summary>Tells it to end in good order.</summary>
    void OrderToEnd();
}
