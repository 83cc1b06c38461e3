using System.Collections.Immutable;
using System.Globalization;

namespace Holdfast.Cli.Settings;

/// <summary>
/// Sockets that systemd bound and hands over (sd_listen_fds(3)): descriptors from 3 on, named by <c>FileDescriptorName=</c> in their units.
/// </summary>
internal static class SocketActivation
{
    private const int FirstDescriptor = 3;

    /// <summary>More than any unit has; a larger number is not believed.</summary>
    private const int MaxDescriptors = 64;

    /// <summary>The descriptors by name, in order; empty when none were handed to this process.</summary>
    /// <param name="environment">Reads <c>LISTEN_PID</c>, <c>LISTEN_FDS</c> and <c>LISTEN_FDNAMES</c>.</param>
    /// <param name="processId">This process; the variables may be another's, inherited.</param>
    public static ILookup<string, int> From(Func<string, string?> environment, int processId)
    {
        if (
            environment("LISTEN_PID") != processId.ToString(CultureInfo.InvariantCulture)
            || !int.TryParse(environment("LISTEN_FDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            || count > MaxDescriptors
        )
        {
            return ImmutableArray<int>.Empty.ToLookup(_ => "");
        }

        var names = (environment("LISTEN_FDNAMES") ?? "").Split(':');
        return Enumerable
            .Range(0, count)
            .ToLookup(index => index < names.Length ? names[index] : "unknown", index => FirstDescriptor + index);
    }
}
