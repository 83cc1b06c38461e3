namespace Holdfast.Drills.Programs;

/// <summary>
/// The program under drill, as the operating system sees it: processes with arguments, and sockets that outlive them. Drills know nothing
/// else of Holdfast than its command line and what it answers over HTTP.
/// </summary>
public interface IHoldfastProgram
{
    /// <summary>A listening socket on a free port of 127.0.0.1 that stays open while the process behind it is being replaced.</summary>
    IHeldListener Listen();

    /// <summary>Starts a process of the program.</summary>
    /// <param name="start">What with.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">The operating system refuses.</exception>
    IHoldfastProcess Start(ProgramStart start);
}
