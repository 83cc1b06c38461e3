namespace Holdfast.Releases.Feed;

/// <summary>The headers and paths of the channels between control and its edges.</summary>
public static class FeedHeaders
{
    /// <summary>
    /// The feed's path; the query <c>after</c> is the last position dealt with, and <c>purged</c>, of who wants purges, the place in the
    /// purge log as <c>LOG:SEQUENCE</c>. With <see cref="RehearsesQuery"/> it is also given proposed artifacts to rehearse.
    /// </summary>
    public const string FeedPath = "/holdfast/v1/feed";

    /// <summary>The member of the feed's query that asks for rehearsals; its value is 1. An edge of a build without them does not ask.</summary>
    public const string RehearsesQuery = "rehearses";

    /// <summary>The uplink's path.</summary>
    public const string UplinkPath = "/holdfast/v1/uplink";

    /// <summary>
    /// The path of security events: an uplink of its own, with sequences of its own, so that a flood of them delays and displaces nothing else.
    /// </summary>
    public const string EventsPath = "/holdfast/v1/uplink/events";

    /// <summary>Where a node that has a join token joins; over TLS alone.</summary>
    public const string JoinPath = "/holdfast/v1/join";

    /// <summary>Where the certificate of control's authority is, PEM; over TLS alone.</summary>
    public const string NodeAuthorityPath = "/holdfast/v1/node_authority";

    /// <summary>The asking edge's name.</summary>
    public const string Node = "X-Holdfast-Node";

    /// <summary>When it asks: seconds since 1970, UTC.</summary>
    public const string Time = "X-Holdfast-Time";

    /// <summary>32 hexadecimal digits that no request repeats.</summary>
    public const string Nonce = "X-Holdfast-Nonce";

    /// <summary>SHA-256 of the request's body, in hexadecimal digits.</summary>
    public const string ContentDigest = "X-Holdfast-Content-Sha256";

    /// <summary>The proof, of the edge in a request and of control in a response.</summary>
    public const string Proof = "X-Holdfast-Proof";
}
