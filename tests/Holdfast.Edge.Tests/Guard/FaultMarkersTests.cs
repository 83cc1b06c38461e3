using Holdfast.Edge.Guard.Faults;

namespace Holdfast.Edge.Tests.Guard;

/// <summary>Checks are taken from no control that has ever served with them.</summary>
public sealed class FaultMarkersTests : IDisposable
{
    private readonly string data = Directory.CreateTempSubdirectory("holdfast-test-").FullName;

    public void Dispose() => Directory.Delete(data, recursive: true);

    [Fact]
    public void Control_OfADrill_StaysOneWhileItServesForDrillsOnly()
    {
        FaultMarkers.ClaimControl(data, injects: true);
        File.WriteAllText(Path.Combine(data, "control", "control.db"), "");
        FaultMarkers.ClaimControl(data, injects: true);

        FaultMarkers.ClaimControl(data, injects: false);

        Assert.Throws<FaultInjectionRefusedException>(() => FaultMarkers.ClaimControl(data, injects: true));
    }

    [Fact]
    public void Control_ThatHasServed_Refuses()
    {
        FaultMarkers.ClaimControl(data, injects: false);
        Directory.CreateDirectory(Path.Combine(data, "control"));
        File.WriteAllText(Path.Combine(data, "control", "control.db"), "");

        Assert.Throws<FaultInjectionRefusedException>(() => FaultMarkers.ClaimControl(data, injects: true));
    }
}
