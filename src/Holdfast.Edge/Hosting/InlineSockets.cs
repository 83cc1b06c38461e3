namespace Holdfast.Edge.Hosting;

/// <summary>Makes the runtime's sockets complete on the threads that wait for the kernel's events.</summary>
internal static class InlineSockets
{
    /// <summary>The runtime's switch for it; it is read once, when a process makes its first socket.</summary>
    private const string Variable = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>Switches it on for this process, unless the environment says otherwise. Call it before anything makes a socket.</summary>
    public static void Enable()
    {
        if (Environment.GetEnvironmentVariable(Variable) is null)
        {
            Environment.SetEnvironmentVariable(Variable, "1");
        }
    }
}
