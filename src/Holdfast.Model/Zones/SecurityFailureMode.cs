namespace Holdfast.Model.Zones;

/// <summary>What becomes of a zone's requests when a module of the edge that protects it fails (<c>security_failure_mode</c>).</summary>
public enum SecurityFailureMode
{
    /// <summary>They go on without it: a fault of the edge must not take the site down.</summary>
    Open,

    /// <summary>They get a 503: nothing may pass unchecked.</summary>
    Closed,
}
