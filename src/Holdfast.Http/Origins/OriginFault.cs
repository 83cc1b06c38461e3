namespace Holdfast.Http.Origins;

/// <summary>Why an origin could not be reached or did not answer.</summary>
public enum OriginFault
{
    /// <summary>Nothing went wrong.</summary>
    None,

    /// <summary>It refused the connection.</summary>
    Refused,

    /// <summary>The connection was not made in time.</summary>
    ConnectTimeout,

    /// <summary>No way leads to its address.</summary>
    Unreachable,

    /// <summary>This process has no descriptor or memory left for one more connection; nothing is wrong with the origin.</summary>
    NoResources,

    /// <summary>The TLS handshake failed, or took too long.</summary>
    TlsHandshake,

    /// <summary>Its certificate is not valid for its name.</summary>
    BadCertificate,

    /// <summary>It closed the connection before a byte of the answer came.</summary>
    ClosedEarly,

    /// <summary>It did not answer, or not go on answering, in time.</summary>
    ReadTimeout,

    /// <summary>It did not take the request in time.</summary>
    WriteTimeout,

    /// <summary>Its answer is no HTTP/1.1 response.</summary>
    BadAnswer,

    /// <summary>The connection broke in the middle of the answer.</summary>
    CutOff,
}
