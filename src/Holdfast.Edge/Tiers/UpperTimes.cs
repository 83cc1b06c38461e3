namespace Holdfast.Edge.Tiers;

/// <summary>How long an upper edge may take. Visitors wait for it, and the origin is there to be asked: all of them are short.</summary>
internal static class UpperTimes
{
    /// <summary>To connect: a second, two lost packets on a way around the world.</summary>
    public static readonly TimeSpan Connect = TimeSpan.FromSeconds(1);

    /// <summary>To connect and to secure the connection: three such ways and a key exchange.</summary>
    public static readonly TimeSpan Secure = TimeSpan.FromSeconds(3);

    /// <summary>Until the first sign that it deals with a request, which an upper edge gives before it asks anybody: 2 s.</summary>
    public static readonly TimeSpan FirstSign = TimeSpan.FromSeconds(2);

    /// <summary>From that sign to the answer, beside what the zone gives its origin: the upper edge's own error is on its way by then.</summary>
    public static readonly TimeSpan BesideOrigin = TimeSpan.FromSeconds(5);

    /// <summary>How long nobody else tries an edge that one request is trying.</summary>
    public static readonly TimeSpan Try = TimeSpan.FromSeconds(5);
}
