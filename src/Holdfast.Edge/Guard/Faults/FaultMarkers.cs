namespace Holdfast.Edge.Guard.Faults;

/// <summary>
/// Keeps fault injection away from data that visitors have been served with: <c>DATA/edges/.served</c> says that an edge has served without it, and
/// stays for ever.
/// </summary>
internal static class FaultMarkers
{
    private const string Served = ".served";
    private const string Injected = ".fault-injection";

    /// <summary>Says how an edge on the data directory is about to serve.</summary>
    /// <param name="data">The data directory.</param>
    /// <param name="injects">Whether faults may be tripped.</param>
    /// <exception cref="FaultInjectionRefusedException">They may not, here.</exception>
    public static void Claim(string data, bool injects)
    {
        var edges = Path.Combine(data, "edges");
        var served = Path.Combine(edges, Served);
        var injected = Path.Combine(edges, Injected);
        if (injects)
        {
            // One of a build before this one has no marker and has edges.
            if (File.Exists(served) || (!File.Exists(injected) && Directory.Exists(edges) && Directory.EnumerateDirectories(edges).Any()))
            {
                throw new FaultInjectionRefusedException(
                    $"--fault-injection: the edges of {data} have served without it, and faults are for data of their own; give an empty --data"
                );
            }

            Directory.CreateDirectory(edges);
            Mark(injected, "Faults may be tripped here.\n");
            return;
        }

        try
        {
            if (!File.Exists(served))
            {
                Directory.CreateDirectory(edges);
                Mark(served, "Visitors have been served from here: no fault may be tripped.\n");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A disk that is full or read-only keeps nobody from serving.
        }
    }

    /// <summary>
    /// The same for control, which drills take checks from: only where there is no database yet, or one that was never served without faults. One
    /// that serves without them is marked by having no marker any more.
    /// </summary>
    /// <param name="data">The data directory.</param>
    /// <param name="injects">Whether checks may be taken away.</param>
    /// <exception cref="FaultInjectionRefusedException">They may not, here.</exception>
    public static void ClaimControl(string data, bool injects)
    {
        var control = Path.Combine(data, "control");
        var injected = Path.Combine(control, Injected);
        if (!injects)
        {
            if (File.Exists(injected))
            {
                File.Delete(injected);
            }

            return;
        }

        if (!File.Exists(injected) && File.Exists(Path.Combine(control, "control.db")))
        {
            throw new FaultInjectionRefusedException(
                $"--fault-injection: the control of {data} has served without it, and faults are for data of their own; give an empty --data"
            );
        }

        Directory.CreateDirectory(control);
        Mark(injected, "Checks may be taken away here.\n");
    }

    private static void Mark(string file, string text) => File.WriteAllText(file, text);
}

/// <summary>Fault injection is asked for where visitors have been served; the message says so.</summary>
internal sealed class FaultInjectionRefusedException(string message) : Exception(message);
