using Holdfast.Edge.Guard;
using Holdfast.Edge.Guard.Faults;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Edge.Tests.Harness;

/// <summary>A guard without an edge.</summary>
internal static class TestGuard
{
    public static EdgeGuard Edge(GuardLimits? limits = null, TimeProvider? time = null, FaultInjection? faults = null) =>
        new(limits ?? new GuardLimits(), faults, time ?? TimeProvider.System, NullLogger<EdgeGuard>.Instance);

    public static ZoneGuard Zone(string id) => Edge().Of(id);
}
