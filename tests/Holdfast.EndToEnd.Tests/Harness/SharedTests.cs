namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>Tests against the shared program; what it said on standard error meanwhile is shown when one fails.</summary>
public abstract class SharedTests : IDisposable
{
    private readonly int errorBefore;

    protected SharedTests(SharedHoldfast shared)
    {
        Shared = shared;
        errorBefore = shared.Holdfast.Error.Length;
    }

    /// <summary>The fixture.</summary>
    protected SharedHoldfast Shared { get; }

    private protected HoldfastUnderTest Holdfast => Shared.Holdfast;

    public void Dispose()
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"--- standard error of holdfast:\n{Holdfast.Error[errorBefore..]}");
        GC.SuppressFinalize(this);
    }
}
