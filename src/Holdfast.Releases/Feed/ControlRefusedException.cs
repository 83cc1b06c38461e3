namespace Holdfast.Releases.Feed;

/// <summary>Control answered, but not as it should: it refused the edge, or could not prove that it is control.</summary>
public sealed class ControlRefusedException : Exception
{
    /// <summary>An answer that is not used.</summary>
    /// <param name="message">What was wrong with it.</param>
    /// <param name="permanent">Whether the same request will never be accepted.</param>
    public ControlRefusedException(string message, bool permanent = false)
        : base(message)
    {
        Permanent = permanent;
    }

    /// <summary>Whether the same request will never be accepted.</summary>
    public bool Permanent { get; }
}
