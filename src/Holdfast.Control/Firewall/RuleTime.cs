namespace Holdfast.Control.Firewall;

/// <summary>The times of a zone's rules.</summary>
internal static class RuleTime
{
    /// <summary>Now, as it is kept and shown: UTC, in whole milliseconds.</summary>
    public static DateTimeOffset Now(TimeProvider time) =>
        DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
}
