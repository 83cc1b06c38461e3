using System.Collections.Immutable;
using System.Text;
using Holdfast.Rules.Phases;

namespace Holdfast.Edge.Guard;

/// <summary>The modules' names and declared modes.</summary>
internal static class EdgeModules
{
    private static readonly byte[][] Names = [.. Enum.GetValues<EdgeModule>().Select(module => Encoding.ASCII.GetBytes(NameOf(module)))];

    /// <summary>How many there are; their numbers begin with 0 and have no gaps. A set of them is a bit each in a <see cref="uint"/>.</summary>
    public static int Count => Names.Length;

    /// <summary>All of them, in the order of their numbers.</summary>
    public static ImmutableArray<EdgeModule> All { get; } = [.. Enum.GetValues<EdgeModule>()];

    /// <summary>The modules whose job is to keep requests away from a site: its owner may have them fail closed.</summary>
    public static uint Security { get; } =
        EdgeModule.DdosL7.Bit
        | EdgeModule.FirewallCustom.Bit
        | EdgeModule.RateLimit.Bit
        | EdgeModule.FirewallManaged.Bit
        | EdgeModule.Bots.Bit;

    extension(EdgeModule module)
    {
        /// <summary>The module's place in a set.</summary>
        public uint Bit => 1u << (int)module;

        /// <summary>Its name as text: a phase's name, or <c>cache</c>.</summary>
        public ReadOnlySpan<byte> Text => Names[(int)module];
    }

    /// <summary>The module behind a phase of rules.</summary>
    public static EdgeModule Of(RulePhase phase) => (EdgeModule)phase;

    /// <summary>Its name: <c>http_request_firewall_custom</c>, <c>cache</c>.</summary>
    public static string NameOf(EdgeModule module) =>
        module <= EdgeModule.LogCustomFields ? RulePhases.NameOf((RulePhase)module) : module.ToString().ToLowerInvariant();
}
