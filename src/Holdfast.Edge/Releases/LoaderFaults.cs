namespace Holdfast.Edge.Releases;

/// <summary>
/// Defects of the loader that drills and tests bring about: a zone whose name begins with the name of a fault meets it when it is loaded.
/// Only in a process that was started with <c>--fault-injection</c>.
/// </summary>
internal sealed class LoaderFaults
{
    /// <summary>Ends the process.</summary>
    public const string Kill = "fault-kill";

    /// <summary>Leaves something behind that ends it when memory is collected.</summary>
    public const string LateKill = "fault-late-kill";

    /// <summary>Never ends.</summary>
    public const string Hang = "fault-hang";

    /// <summary>Takes a second and a half.</summary>
    public const string Slow = "fault-slow";

    /// <summary>Takes memory until there is no more.</summary>
    public const string Memory = "fault-memory";

    /// <summary>Takes memory that the runtime knows nothing of.</summary>
    public const string NativeMemory = "fault-native-memory";

    /// <summary>Exhausts the stack.</summary>
    public const string Stack = "fault-stack";

    /// <summary>Throws.</summary>
    public const string Throw = "fault-throw";

    private static readonly TimeSpan SlowTime = TimeSpan.FromSeconds(1.5);

    /// <summary>Called where a zone is loaded.</summary>
    /// <param name="zone">The zone's name.</param>
    public void Meet(string zone)
    {
        switch (zone.Split('.')[0])
        {
            case Kill:
                Environment.FailFast("the fault fault-kill");
                break;

            case LateKill:
                _ = new Late();
                break;

            case Hang:
                Thread.Sleep(Timeout.Infinite);
                break;

            case Slow:
                Thread.Sleep(SlowTime);
                break;

            case Memory:
                for (var taken = new List<byte[]>(); ; taken.Add(new byte[1024 * 1024])) { }

            case NativeMemory:
                TakeNativeMemory();
                break;

            case Stack:
                Recurse(1);
                break;

            case Throw:
                throw new InvalidOperationException("the fault fault-throw");
        }
    }

    private static void TakeNativeMemory()
    {
        const int piece = 1024 * 1024;
        while (true)
        {
            var taken = System.Runtime.InteropServices.Marshal.AllocHGlobal(piece);
            for (var page = 0; page < piece; page += 4096)
            {
                System.Runtime.InteropServices.Marshal.WriteByte(taken, page, 1);
            }
        }
    }

    private static int Recurse(int depth) => depth + Recurse(depth + 1) + Recurse(depth + 2);

    private sealed class Late
    {
        ~Late() => Environment.FailFast("the fault fault-late-kill");
    }
}
