namespace Holdfast.Drills.Programs;

/// <summary>A listening socket that the drill holds, as systemd would, and that a process inherits.</summary>
public interface IHeldListener : IDisposable
{
    /// <summary>The port on 127.0.0.1.</summary>
    int Port { get; }

    /// <summary>The descriptor, the same number in the process that inherits it.</summary>
    int Descriptor { get; }
}
